using System.Collections.Concurrent;
using SseAspire.Broker;

namespace SseAspire.Api.Hub;

/// <summary>
/// Consecutive entries of the log, and their frames for each group that reads them: laid out once for all its members
/// who come along together.
/// </summary>
/// <param name="after">The place that they follow.</param>
/// <param name="entries">The entries, oldest first.</param>
internal sealed class LogPage(EventId after, LogEntry[] entries)
{
    /// <summary>How many bytes of frames it keeps, of all groups: beyond that a reader encodes for itself, a small piece at a time.</summary>
    private const int MaxFrameBytes = 1 << 20;

    /// <summary>How large a buffer a thread keeps.</summary>
    private const int MaxLayoutBytes = 256 << 10;

    [ThreadStatic]
    private static BatchLayout? _layout;

    private int _frameBytes;

    private readonly ConcurrentDictionary<SubscriptionGroup, Lazy<FrameChunk>> _frames = new();

    /// <summary>How many entries it has.</summary>
    public int Count => entries.Length;

    /// <summary>The place of the last of them; there must be one.</summary>
    public EventId Last => entries[^1].Id;

    /// <summary>Whether a reader at this place finds here what comes next.</summary>
    public bool Covers(EventId place) => place == after || (place > after && entries is [.., var last] && place < last.Id);

    /// <summary>The entries after a place that it covers.</summary>
    public ReadOnlyMemory<LogEntry> After(EventId place)
    {
        var (low, high) = (0, entries.Length);
        while (low < high)
        {
            var middle = (low + high) >> 1;
            (low, high) = entries[middle].Id <= place ? (middle + 1, high) : (low, middle);
        }

        return entries.AsMemory(low);
    }

    /// <summary>What a member of a group reads after a place that it covers, up to the end; null where too much is kept already.</summary>
    public Reading? ReadAfter(EventId place, SubscriptionGroup group)
    {
        if (Volatile.Read(ref _frameBytes) >= MaxFrameBytes && !_frames.ContainsKey(group))
        {
            return null;
        }

        var frames = _frames.GetOrAdd(group, static (group, page) => new Lazy<FrameChunk>(() => page.LayOut(group)), this).Value;
        return frames.ReadAfter(place) with { Cursor = Last, ServedBy = Source.Log };
    }

    private FrameChunk LayOut(SubscriptionGroup group)
    {
        var layout = _layout ??= new BatchLayout();
        layout.Clear();
        var previous = entries[0].Id;
        foreach (var entry in entries)
        {
            // What is missing before the first entry is another thing for each reader.
            if (entry.Id != previous && Gap.Between(previous, entry.Id) is { } gap)
            {
                layout.Add(group.Format, gap, entry);
            }

            if (group.Selection.Matches(entry.Event))
            {
                layout.Add(group.Format, entry);
            }

            previous = entry.Id;
        }

        var chunk = new FrameChunk(after, layout.Frames.Length);
        chunk.Append(layout.Frames, layout.Marks);
        Interlocked.Add(ref _frameBytes, chunk.Capacity);
        if (layout.Capacity > MaxLayoutBytes)
        {
            _layout = null;
        }

        return chunk;
    }
}
