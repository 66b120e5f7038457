using SseAspire.Broker;

namespace SseAspire.Api.Hub;

/// <summary>
/// Reads what follows a cursor: from the window where it reaches back so far, from the log in Redis where it
/// does not.
/// </summary>
internal sealed class LogReader(EventWindow window, LogPages pages)
{
    /// <summary>Reads what follows the cursor: from the window into the buffer, or as a page of the log.</summary>
    /// <exception cref="BrokerUnavailableException">The log is needed and cannot be reached.</exception>
    public async ValueTask<(ReadOnlyMemory<LogEntry> Entries, LogPage? Page)> ReadAfterAsync(
        EventId cursor, Memory<LogEntry> buffer, CancellationToken cancellationToken)
    {
        if (window.ReadAfter(cursor, buffer.Span) is { } count)
        {
            return (buffer[..count], null);
        }

        var page = await pages.ReadAsync(cursor, cancellationToken);
        var entries = page.After(cursor);

        // The log may have trimmed what the window still has.
        return window.First is { } first && (entries.IsEmpty || entries.Span[0].Id > first) && first > cursor
            ? (buffer[..window.ReadFirst(buffer.Span)], null)
            : (entries, page);
    }
}
