namespace SseAspire.Broker;

/// <summary>An event at its position in the log.</summary>
/// <param name="Id">The position.</param>
/// <param name="Event">The event as it was published, or <see cref="Event.None"/>.</param>
public sealed record LogEntry(EventId Id, Event Event)
{
    /// <summary>
    /// Whether the entry holds no event: it was not written by a publisher. Its event has neither a topic nor a time.
    /// </summary>
    public bool IsForeign => ReferenceEquals(Event, Event.None);
}
