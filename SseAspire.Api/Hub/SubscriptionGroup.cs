using SseAspire.Broker;

namespace SseAspire.Api.Hub;

/// <summary>
/// The subscriptions that select the same events in the same format. What they read at the head is laid out
/// once for all of them.
/// </summary>
/// <remarks>The tail lays out; members come and go; both under the hub's lock. Reading takes none.</remarks>
internal sealed class SubscriptionGroup
{
    private const int SmallestChunk = 512;
    private const int LargestChunk = 64 * 1024;

    private readonly List<Subscription> _members = [];
    private Shared _shared;
    private bool _wanted;
    private EventId _laidOutAtTick;

    /// <param name="selection">What the members want.</param>
    /// <param name="format">How they want it.</param>
    /// <param name="position">How far the tail is: what comes after it will be laid out.</param>
    public SubscriptionGroup(Selection selection, FrameFormat format, EventId position)
    {
        (Selection, Format, Due) = (selection, format, position);
        _laidOutAtTick = position;
        _shared = new Shared(position, null, null);
    }

    public Selection Selection { get; }

    public FrameFormat Format { get; }

    public int Count => _members.Count;

    /// <summary>How far its members should be: what was laid out before the last tick. The clock's own.</summary>
    public EventId Due { get; private set; }

    /// <summary>What the batch under way has for this group, or null where it has nothing yet.</summary>
    public BatchLayout? Pending { get; set; }

    /// <summary>The entry it was found for last: it may be found twice for one, but takes it once.</summary>
    public LogEntry? FoundFor { get; set; }

    public void Add(Subscription subscription)
    {
        subscription.IndexInGroup = _members.Count;
        _members.Add(subscription);
    }

    public void Remove(Subscription subscription)
    {
        var last = _members[^1];
        _members[subscription.IndexInGroup] = last;
        last.IndexInGroup = subscription.IndexInGroup;
        _members.RemoveAt(_members.Count - 1);
    }

    public void CopyMembers(List<Subscription> destination) => destination.AddRange(_members);

    /// <summary>Publishes the frames of a batch to the members.</summary>
    public void Publish(BatchLayout layout)
    {
        var (laidOut, current, former) = _shared;
        if (current is null || !current.HasRoomFor(layout.Frames.Length))
        {
            // A busy group gets larger chunks, a rare one pays for what it uses.
            var capacity = Math.Max(layout.Frames.Length, Math.Clamp((current?.Capacity ?? 0) * 2, SmallestChunk, LargestChunk));
            (current, former) = (new FrameChunk(laidOut, capacity), current);
        }

        current.Append(layout.Frames, layout.Marks);
        Volatile.Write(ref _shared, new Shared(layout.Marks[^1].Place, current, former));
        _wanted = true;
    }

    /// <summary>
    /// A second is over: gives the frames up when nothing came since the last call, since whoever is late reads the
    /// window.
    /// </summary>
    public void Tick()
    {
        (Due, _laidOutAtTick) = (_laidOutAtTick, _shared.LaidOut);
        if (!_wanted && _shared.Current is not null)
        {
            Volatile.Write(ref _shared, new Shared(_shared.LaidOut, null, null));
        }

        _wanted = false;
    }

    /// <summary>Whether something was laid out after a place.</summary>
    public bool HasAfter(EventId cursor) => Volatile.Read(ref _shared).LaidOut > cursor;

    /// <summary>
    /// The shared frames after a place, empty where nothing has come since, or false where what is kept does
    /// not reach back so far.
    /// </summary>
    public bool TryRead(EventId cursor, out Reading reading)
    {
        var (laidOut, current, former) = Volatile.Read(ref _shared);
        if (cursor >= laidOut)
        {
            reading = new Reading(ReadingKind.Frames, default, cursor);
            return true;
        }

        var chunk = current is not null && cursor >= current.From ? current
            : former is not null && cursor >= former.From ? former
            : null;
        reading = chunk?.ReadAfter(cursor) ?? default;
        return chunk is not null;
    }

    /// <summary>How far everything is laid out, the chunk that grows, and the one before it: replaced together.</summary>
    private sealed record Shared(EventId LaidOut, FrameChunk? Current, FrameChunk? Former);
}
