using System.IO.Pipelines;
using System.Text.Json;
using SseAspire.Api.Hub;
using SseAspire.Broker;

namespace SseAspire.Api.Transports;

/// <summary>
/// What one request for events is answered: the JSON <c>{events, next, gap?}</c>. A gap stands at its beginning:
/// events before one end the page.
/// </summary>
internal sealed class EventPage(EventId next, Gap? gap)
{
    private const int FlushBytes = 64 << 10;

    private readonly List<LogEntry> _events = [];

    public IReadOnlyList<LogEntry> Events => _events;

    public Gap? Gap { get; private set; } = gap;

    /// <summary>After what the next page begins.</summary>
    public EventId Next { get; set; } = next;

    /// <summary>Where the events were read from.</summary>
    public Source ServedBy { get; set; } = Source.Window;

    /// <summary>Whether there is nothing to tell but how far it has come.</summary>
    public bool IsEmpty => _events.Count == 0 && Gap is null;

    /// <summary>Goes on to an entry, unless a gap lies before it that must begin the next page.</summary>
    public bool TryPass(EventId entry)
    {
        if (Gap.Between(Next, entry) is { } missing)
        {
            if (!IsEmpty)
            {
                return false;
            }

            Gap = missing;
        }

        Next = entry;
        return true;
    }

    public void Add(LogEntry entry)
    {
        _events.Add(entry);
        Bytes += entry.Bytes;
    }

    /// <summary>About how many bytes its events take in memory.</summary>
    public long Bytes { get; private set; }

    /// <summary>Writes the page as the client takes it: at no time is more than an event of it encoded and not sent.</summary>
    /// <returns>How many bytes it takes.</returns>
    public async Task<long> WriteAsync(PipeWriter output, CancellationToken cancellationToken)
    {
        await using var json = new Utf8JsonWriter(output, EventJson.Options);
        json.WriteStartObject();
        json.WriteStartArray("events"u8);
        foreach (var entry in _events)
        {
            json.WriteStartObject();
            EventJson.WriteFields(json, entry, withId: true);
            json.WriteEndObject();
            if (json.BytesPending + output.UnflushedBytes > FlushBytes)
            {
                await json.FlushAsync(cancellationToken);
                await output.FlushAsync(cancellationToken);
            }
        }

        json.WriteEndArray();
        json.WriteString("next"u8, Next.ToString());
        if (Gap is { } gap)
        {
            json.WritePropertyName("gap"u8);
            EventJson.WriteGap(json, gap);
        }

        json.WriteEndObject();
        await json.FlushAsync(cancellationToken);
        return json.BytesCommitted;
    }
}
