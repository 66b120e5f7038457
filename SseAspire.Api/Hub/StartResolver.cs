using SseAspire.Broker;

namespace SseAspire.Api.Hub;

/// <summary>
/// Finds the place in the log that a reader's own words for it mean: nothing, <c>earliest</c>, an id of the
/// log, or an id that a publisher gave.
/// </summary>
internal sealed class StartResolver(EventHub hub, EventWindow window, EventLog log) : IDisposable
{
    public const string Earliest = "earliest";

    /// <summary>About how many bytes of the log are read at once.</summary>
    private const long MaxReadBytes = 1 << 20;

    // A publisher's id that has left the window is looked for through the whole log. Two such searches at
    // once are enough: unknown ids in bulk must not keep Redis busy.
    private readonly SemaphoreSlim _searches = new(2, 2);

    /// <summary>Resolves a cursor.</summary>
    /// <param name="cursor">What the reader gave, or null.</param>
    /// <param name="history">Without a cursor: how many of the newest events to begin with.</param>
    /// <param name="selection">Which events count as history.</param>
    /// <param name="cancellationToken">Gives the search up.</param>
    /// <exception cref="BrokerUnavailableException">The log is needed and cannot be reached.</exception>
    public async ValueTask<StartPosition> ResolveAsync(
        string? cursor, int history, Selection selection, CancellationToken cancellationToken)
    {
        switch (cursor)
        {
            case null or "":
                return new StartPosition((history > 0 ? window.FindHistory(selection, history) : null) ?? hub.Position);
            case Earliest:
                return new StartPosition(EventId.Earliest);
        }

        if (!EventId.TryParse(cursor, out var place))
        {
            return await FindOwnIdAsync(cursor, cancellationToken) is { } found
                ? new StartPosition(found)
                // Older than all that is kept, or never there. Everything kept comes after it.
                : new StartPosition(EventId.Earliest, Gap.Unknown(EventId.Earliest));
        }

        if (place <= hub.Position)
        {
            return new StartPosition(place);
        }

        // Another replica may be ahead of this one. But what is ahead of the log itself is of a log that
        // was lost.
        var extent = await log.GetExtentAsync(cancellationToken);
        return place <= extent.Last
            ? new StartPosition(place)
            : new StartPosition(EventId.Earliest, Gap.Unknown(EventId.Earliest));
    }

    public void Dispose() => _searches.Dispose();

    private async Task<EventId?> FindOwnIdAsync(string ownId, CancellationToken cancellationToken)
    {
        if (window.TryFindOwnId(ownId, out var place))
        {
            return place;
        }

        await _searches.WaitAsync(cancellationToken);
        try
        {
            // From the oldest on: of several equal ids the first is meant, since nothing after it may be lost.
            var size = new ReadSize(MaxReadBytes);
            for (var after = EventId.Earliest; ;)
            {
                var count = size.Count;
                var entries = await log.ReadAfterAsync(after, count, cancellationToken);
                size.Learn(entries);
                foreach (var entry in entries)
                {
                    if (entry.Event.Id == ownId)
                    {
                        return entry.Id;
                    }
                }

                if (entries.Count < count)
                {
                    return null;
                }

                after = entries[^1].Id;
            }
        }
        finally
        {
            _searches.Release();
        }
    }
}
