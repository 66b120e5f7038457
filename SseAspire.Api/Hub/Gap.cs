using SseAspire.Broker;

namespace SseAspire.Api.Hub;

/// <summary>
/// Events that a reader can no longer get: the log has trimmed them, or lost them with its tail.
/// </summary>
/// <param name="Missed">How many, or null where it cannot be known because the epoch changed.</param>
/// <param name="From">The first place that is missing; null where nothing is known of it.</param>
/// <param name="To">The last place that is missing; null where nothing is known of it.</param>
/// <param name="Cursor">From where a reader goes on: the last place lost, so that a resume goes on after it.</param>
internal sealed record Gap(ulong? Missed, EventId? From, EventId? To, EventId Cursor)
{
    /// <summary>What is missing between two neighbours, or null where nothing is.</summary>
    /// <param name="after">Where the reader is; <see cref="EventId.Earliest"/> expects nothing.</param>
    /// <param name="next">The entry that follows in the log.</param>
    public static Gap? Between(EventId after, EventId next)
    {
        if (after == EventId.Earliest || after.Next == next)
        {
            return null;
        }

        if (after.Epoch == next.Epoch)
        {
            var last = next with { Sequence = next.Sequence - 1 };
            return new Gap(next.Sequence - after.Sequence - 1, after.Next, last, last);
        }

        // The tail of the former epoch may be lost, and nobody knows how long it was.
        return next.Sequence > 0
            ? new Gap(null, after.Next, next with { Sequence = next.Sequence - 1 }, next with { Sequence = next.Sequence - 1 })
            : new Gap(null, after.Next, null, after);
    }

    /// <summary>The gap of a reader whose cursor the log does not know: what it missed cannot be told.</summary>
    public static Gap Unknown(EventId cursor) => new(null, null, null, cursor);
}
