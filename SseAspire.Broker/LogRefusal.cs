namespace SseAspire.Broker;

/// <summary>That Redis refuses to append.</summary>
/// <param name="Code">The word by which it refuses, such as <c>OOM</c>.</param>
/// <param name="Since">Since when, by the clock of this process.</param>
internal sealed record LogRefusal(string Code, DateTimeOffset Since)
{
    /// <summary>Why, such as <c>OOM: its memory is used up (maxmemory)</c>.</summary>
    public string Reason => Refusal.Describe(Code);
}
