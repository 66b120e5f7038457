using SseAspire.Broker;

namespace SseAspire.Api.Hub;

/// <summary>
/// The subscriptions that select the same events in the same format. What they read at the head is laid out
/// once for all of them.
/// </summary>
/// <remarks>The tail lays out; members come and go; both under the hub's lock. Reading takes none.</remarks>
internal sealed class SubscriptionGroup : IDisposable
{
    private const int SmallestChunk = 512;
    private const int LargestChunk = 64 * 1024;

    /// <summary>After how many seconds of silence a compressor, which holds a quarter of a megabyte, is given up.</summary>
    private const int CompressorPatience = 10;

    private readonly List<Subscription> _members = [];
    private CompressedRun? _compressed;
    private bool _hasNewcomer;
    private int _silentSeconds;
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

    /// <summary>Whether encoding for it has failed: its members are about to end, and nobody joins it any more.</summary>
    public bool HasFailed { get; set; }

    /// <summary>Whether the batch under way is more than may be encoded for it.</summary>
    public bool HasOverflowed { get; private set; }

    /// <summary>How many bytes it keeps for its members to share.</summary>
    public long SharedBytes => (_shared.Current?.Capacity ?? 0) + (_shared.Former?.Capacity ?? 0) + (_compressed?.Bytes ?? 0);

    /// <summary>The entry it was found for last: it may be found twice for one, but takes it once.</summary>
    public LogEntry? FoundFor { get; set; }

    public void Add(Subscription subscription)
    {
        subscription.IndexInGroup = _members.Count;
        _members.Add(subscription);
        _hasNewcomer = true;
    }

    public void Remove(Subscription subscription)
    {
        var last = _members[^1];
        _members[subscription.IndexInGroup] = last;
        last.IndexInGroup = subscription.IndexInGroup;
        _members.RemoveAt(_members.Count - 1);
    }

    /// <summary>Lays out an event of the batch under way.</summary>
    public void LayOut(LogEntry entry)
    {
        Pending!.Add(Format, entry);
        _compressed?.AddEvent(entry);
    }

    /// <summary>Lays out a gap before an event of the batch under way.</summary>
    public void LayOut(Gap gap, LogEntry next)
    {
        Pending!.Add(Format, gap, next);
        _compressed?.AddGap(gap);
    }

    /// <summary>Ends every member at its next event boundary.</summary>
    public void Close(CloseReason reason)
    {
        foreach (var member in _members)
        {
            member.Close(reason);
        }
    }

    public void CopyMembers(List<Subscription> destination) => destination.AddRange(_members);

    /// <summary>Begins a batch, whose frames are laid out here.</summary>
    /// <param name="layout">Where.</param>
    /// <param name="room">How many bytes more it may keep.</param>
    public void Begin(BatchLayout layout, long room)
    {
        Pending = layout;
        // Whether compressing pays was decided before the members were told that they get compressed frames.
        if (_compressed is null && Format.IsCompressible && room >= CompressedRun.CompressorBytes)
        {
            _compressed = new CompressedRun(Format);
        }

        _compressed?.Begin(_hasNewcomer);
        _hasNewcomer = false;
    }

    /// <summary>Gives up encoding the batch under way, and returns its layout.</summary>
    public BatchLayout Overflow()
    {
        var layout = Pending!;
        Pending = null;
        HasOverflowed = true;
        return layout;
    }

    /// <summary>Publishes the frames of the batch under way to the members, and returns its layout; null after an overflow.</summary>
    /// <param name="last">The last entry of the batch.</param>
    /// <param name="room">How many bytes more it may keep.</param>
    public BatchLayout? Publish(EventId last, long room)
    {
        var layout = Pending;
        Pending = null;
        var (laidOut, current, former) = _shared;
        _wanted = true;
        if (layout is not null && (current is null || !current.HasRoomFor(layout.Frames.Length)))
        {
            // A busy group gets larger chunks, a rare one pays for what it uses.
            var capacity = Math.Max(layout.Frames.Length, Math.Clamp((current?.Capacity ?? 0) * 2, SmallestChunk, LargestChunk));
            HasOverflowed = capacity - (former?.Capacity ?? 0) > room;
            (current, former) = HasOverflowed ? (null, null) : (new FrameChunk(laidOut, capacity), current);
        }

        if (HasOverflowed)
        {
            // Whoever reads at the head finds here that there is more, and that it is not here.
            HasOverflowed = false;
            DropCompressed();
            Volatile.Write(ref _shared, new Shared(last, null, null));
            return layout;
        }

        // First: whoever sees how far the group is looks here.
        _compressed?.Publish(laidOut, layout!.Marks[0].Place, layout.Marks[^1]);
        current!.Append(layout!.Frames, layout.Marks);
        Volatile.Write(ref _shared, new Shared(layout.Marks[^1].Place, current, former));
        return layout;
    }

    /// <summary>
    /// A second is over: gives up what nobody uses. The frames, when nothing came since the last call, since whoever is
    /// late reads the window.
    /// </summary>
    public void Tick()
    {
        (Due, _laidOutAtTick) = (_laidOutAtTick, _shared.LaidOut);
        _silentSeconds = _wanted ? 0 : _silentSeconds + 1;
        if (_compressed is not null && _silentSeconds >= CompressorPatience)
        {
            DropCompressed();
        }

        if (!_wanted && _shared.Current is not null)
        {
            Volatile.Write(ref _shared, new Shared(_shared.LaidOut, null, null));
        }

        _wanted = false;
    }

    /// <summary>Whether something was laid out after a place.</summary>
    public bool HasAfter(EventId cursor) => Volatile.Read(ref _shared).LaidOut > cursor;

    /// <summary>Whether what follows a cursor is shared, or nothing follows it.</summary>
    public bool CanRead(EventId cursor)
    {
        var (laidOut, current, former) = Volatile.Read(ref _shared);
        return cursor >= laidOut || (former ?? current)?.From <= cursor;
    }

    /// <summary>
    /// The shared frames after a place, empty where nothing has come since, or false where what is kept does
    /// not reach back so far.
    /// </summary>
    /// <param name="cursor">The place.</param>
    /// <param name="step">Where the reader is in what is compressed; moves with it.</param>
    /// <param name="reading">The frames.</param>
    public bool TryRead(EventId cursor, ref CompressedRun.Step step, out Reading reading)
    {
        var (laidOut, current, former) = Volatile.Read(ref _shared);
        if (cursor >= laidOut)
        {
            reading = new Reading(ReadingKind.Frames, default, cursor);
            return true;
        }

        if (Volatile.Read(ref _compressed) is { } compressed && compressed.TryRead(cursor, ref step, out reading))
        {
            return true;
        }

        step = default;
        var chunk = current is not null && cursor >= current.From ? current
            : former is not null && cursor >= former.From ? former
            : null;
        reading = chunk?.ReadAfter(cursor) ?? default;
        return chunk is not null;
    }

    public void Dispose() => _compressed?.Dispose();

    private void DropCompressed()
    {
        _compressed?.Dispose();
        Volatile.Write(ref _compressed, null);
    }

    /// <summary>How far everything is laid out, the chunk that grows, and the one before it: replaced together.</summary>
    private sealed record Shared(EventId LaidOut, FrameChunk? Current, FrameChunk? Former);
}
