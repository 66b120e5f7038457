namespace SseAspire.Api.Telemetry;

/// <summary>When a browser received an event.</summary>
/// <param name="Id">The event's id as the browser saw it: the log's, or the publisher's own.</param>
/// <param name="At">When it had it: Unix milliseconds, with fraction, by the hub's clock.</param>
internal readonly record struct Receipt(string Id, double At);
