namespace SseAspire.Broker;

/// <summary>An event in its place in the log.</summary>
/// <param name="Id">The place.</param>
/// <param name="Event">The event as it was published.</param>
public sealed record LogEntry(EventId Id, Event Event);
