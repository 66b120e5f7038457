namespace SseAspire.Broker;

/// <summary>An event at its position in the log.</summary>
/// <param name="Id">The position.</param>
/// <param name="Event">The event as it was published, or <see cref="Event.None"/>.</param>
public sealed record LogEntry(EventId Id, Event Event)
{
    /// <summary>What an entry takes in memory besides its data and its text: objects and references, measured roughly.</summary>
    private const int Overhead = 300;

    /// <summary>What one more string takes besides its characters.</summary>
    private const int StringOverhead = 32;

    /// <summary>What the entry takes in memory, in bytes, about.</summary>
    public int Bytes
    {
        get
        {
            var bytes = Overhead + Event.Data.Length + Take(Event.Type) + Take(Event.Id) + Take(Event.TraceParent);
            for (var i = 0; i < Event.Topics.Count; i++)
            {
                bytes += Take(Event.Topics[i]);
            }

            return bytes;

            static int Take(string? text) => text is null ? 0 : StringOverhead + (sizeof(char) * text.Length);
        }
    }

    /// <summary>
    /// Whether the entry holds no event: it was not written by a publisher. Its event has neither a topic nor a time.
    /// </summary>
    public bool IsForeign => ReferenceEquals(Event, Event.None);
}
