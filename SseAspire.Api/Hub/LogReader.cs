using SseAspire.Broker;

namespace SseAspire.Api.Hub;

/// <summary>
/// Reads what follows a cursor: from the window where it reaches back so far, from the log in Redis where it
/// does not.
/// </summary>
internal sealed class LogReader(EventWindow window, EventLog log)
{
    /// <summary>Reads at most so many entries after the cursor; none means that there are none yet.</summary>
    /// <exception cref="BrokerUnavailableException">The log is needed and cannot be reached.</exception>
    public async ValueTask<(ReadOnlyMemory<LogEntry> Entries, Source From)> ReadAfterAsync(
        EventId cursor, Memory<LogEntry> buffer, CancellationToken cancellationToken)
    {
        if (window.ReadAfter(cursor, buffer.Span) is { } count)
        {
            return (buffer[..count], Source.Window);
        }

        var entries = await log.ReadAfterAsync(cursor, buffer.Length, cancellationToken);

        // The log may have trimmed what the window still has.
        if (window.First is { } first && (entries.Count == 0 || entries[0].Id > first) && first > cursor)
        {
            return (buffer[..window.ReadFirst(buffer.Span)], Source.Window);
        }

        for (var i = 0; i < entries.Count; i++)
        {
            buffer.Span[i] = entries[i];
        }

        return (buffer[..entries.Count], Source.Log);
    }
}
