using System.Buffers;
using System.Runtime.InteropServices;
using SseAspire.Broker;

namespace SseAspire.Api.Hub;

/// <summary>The frames of one batch for one group while they are laid out. Reused from batch to batch.</summary>
internal sealed class BatchLayout
{
    private readonly ArrayBufferWriter<byte> _frames = new(4096);
    private readonly List<FrameChunk.Mark> _marks = [];
    private int _events;

    /// <summary>How many bytes it takes in memory.</summary>
    public int Capacity => _frames.Capacity;

    public ReadOnlySpan<byte> Frames => _frames.WrittenSpan;

    public ReadOnlySpan<FrameChunk.Mark> Marks => CollectionsMarshal.AsSpan(_marks);

    public void Add(FrameFormat format, LogEntry entry)
    {
        format.WriteEvent(_frames, entry);
        _events++;
        _marks.Add(new FrameChunk.Mark(entry.Id, _frames.WrittenCount, _events, entry.Event.At.UtcTicks));
    }

    /// <summary>
    /// Adds a gap. It is for those who stand before the entry that follows it, whatever the gap's own cursor
    /// is: that may be the very place where they stand.
    /// </summary>
    public void Add(FrameFormat format, Gap gap, LogEntry next)
    {
        format.WriteGap(_frames, gap);
        _marks.Add(new FrameChunk.Mark(next.Id, _frames.WrittenCount, _events, next.Event.At.UtcTicks));
    }

    public void Clear()
    {
        _frames.ResetWrittenCount();
        _marks.Clear();
        _events = 0;
    }
}
