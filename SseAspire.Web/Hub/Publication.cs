namespace SseAspire.Web.Hub;

/// <summary>An event to publish, as one of a batch.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Data">The payload.</param>
internal sealed record Publication(string Topic, string Data);
