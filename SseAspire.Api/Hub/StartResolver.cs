using SseAspire.Broker;

namespace SseAspire.Api.Hub;

/// <summary>
/// Finds the place in the log that a reader's own words for it mean: nothing, <c>earliest</c>, an id of the
/// log, or an id that a publisher gave.
/// </summary>
internal sealed class StartResolver(EventHub hub, EventWindow window, EventLog log, OwnIdLookups ownIds)
{
    public const string Earliest = "earliest";

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
            return await FindOwnIdAsync(cursor, selection, cancellationToken) is { } found
                ? new StartPosition(found)
                // Older than all that is kept, or never there. Everything kept comes after it.
                : Unknown;
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
            : Unknown;
    }

    /// <summary>The cursor cannot be found: the reader is given everything kept, after a gap.</summary>
    private static StartPosition Unknown => new(EventId.Earliest, Gap.Unknown(EventId.Earliest));

    private async Task<EventId?> FindOwnIdAsync(string ownId, Selection selection, CancellationToken cancellationToken)
    {
        if (Event.RefuseId(ownId) is not null)
        {
            // No event has it: too long, or not to be decoded.
            return null;
        }

        var inWindow = window.FindOwnId(ownId) is { } entry && selection.Matches(entry.Event) ? entry.Id : (EventId?)null;
        if (inWindow is not null && selection is { Topics.Count: 1, Patterns.Length: 0 })
        {
            // Within one topic an own id is unique.
            return inWindow;
        }

        // Of equal ids of several topics the first is meant, since nothing after it may be lost.
        return await ownIds.FindAsync(ownId, selection, cancellationToken) ?? inWindow;
    }
}
