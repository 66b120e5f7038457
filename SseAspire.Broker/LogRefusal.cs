namespace SseAspire.Broker;

/// <summary>That Redis refuses to append.</summary>
/// <param name="Code">The word by which it refuses, such as <c>OOM</c>.</param>
/// <param name="Reason">Why, such as <c>OOM: its memory is used up (maxmemory)</c>.</param>
/// <param name="Since">Since when, by the clock of this process.</param>
internal sealed record LogRefusal(string Code, string Reason, DateTimeOffset Since);
