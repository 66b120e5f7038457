using SseAspire.Broker;

namespace SseAspire.Api.Hub;

/// <summary>
/// Finds the place in the log that a reader's own words for it mean: nothing, <c>earliest</c>, an id of the
/// log, or an id that a publisher gave.
/// </summary>
internal sealed class StartResolver(EventHub hub, EventWindow window, EventLog log, OwnIdLookups ownIds)
{
    public const string Earliest = "earliest";

    /// <summary>How long a cursor that is ahead of the log is waited for.</summary>
    private static readonly TimeSpan FailoverTimeout = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan FailoverPoll = TimeSpan.FromMilliseconds(100);

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

        // Another replica may be ahead of this one, and of the server that this one reads from while Redis fails over. What
        // stays ahead of the log is of a tail that was lost: the reader has everything that the log still has.
        var last = await WaitForAsync(place, cancellationToken);
        return place <= last ? new StartPosition(place) : new StartPosition(last, Gap.Unknown(last));
    }

    /// <summary>Waits for the log to come as far as an id, but not for long, and returns how far it has come.</summary>
    private async Task<EventId> WaitForAsync(EventId id, CancellationToken cancellationToken)
    {
        var last = (await log.GetExtentAsync(cancellationToken)).Last;
        if (last >= id)
        {
            return last;
        }

        for (var waited = TimeSpan.Zero; waited < FailoverTimeout && hub.Position < id; waited += FailoverPoll)
        {
            await hub.DelayAsync(FailoverPoll).WaitAsync(cancellationToken);
        }

        return hub.Position >= id ? hub.Position : (await log.GetExtentAsync(cancellationToken)).Last;
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
