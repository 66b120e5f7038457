using SseAspire.Broker;

namespace SseAspire.Api.Hub;

/// <summary>
/// Frames of consecutive events of one group, laid out once in one buffer for everybody. It only grows at
/// its end: one writer (the tail), any number of readers, no lock. A reader that is some events behind gets
/// all that has gathered since as one slice.
/// </summary>
internal sealed class FrameChunk
{
    private readonly byte[] _bytes;
    private Mark[] _marks = new Mark[4];
    private int _length;
    private int _count;

    /// <param name="from">The place up to which everything lies before this chunk.</param>
    /// <param name="capacity">How many bytes it can hold.</param>
    public FrameChunk(EventId from, int capacity)
    {
        From = from;
        _bytes = GC.AllocateUninitializedArray<byte>(capacity);
    }

    public EventId From { get; }

    public int Capacity => _bytes.Length;

    /// <summary>How many bytes it holds. For the writer.</summary>
    public int Length => _length;

    public bool HasRoomFor(int bytes) => _bytes.Length - _length >= bytes;

    /// <summary>Adds the frames of a batch; <paramref name="marks"/> are counted from the batch's start.</summary>
    public void Append(ReadOnlySpan<byte> frames, ReadOnlySpan<Mark> marks)
    {
        frames.CopyTo(_bytes.AsSpan(_length));
        if (_marks.Length - _count < marks.Length)
        {
            // Readers may still look at the old array: it stays as it is.
            var larger = new Mark[Math.Max(_marks.Length * 2, _count + marks.Length)];
            _marks.AsSpan(0, _count).CopyTo(larger);
            Volatile.Write(ref _marks, larger);
        }

        var events = _count == 0 ? 0 : _marks[_count - 1].Events;
        for (var i = 0; i < marks.Length; i++)
        {
            _marks[_count + i] = new Mark(marks[i].Place, _length + marks[i].End, events + marks[i].Events, marks[i].At);
        }

        _length += frames.Length;
        Volatile.Write(ref _count, _count + marks.Length);
    }

    /// <summary>The same frames with room for more. Whoever reads this one does not notice.</summary>
    public FrameChunk Enlarge(int more)
    {
        var larger = new FrameChunk(From, _length + more);
        larger.Append(_bytes.AsSpan(0, _length), _marks.AsSpan(0, _count));
        return larger;
    }

    /// <summary>What follows a step, which moves on; false where nothing does.</summary>
    public bool TryReadFrom(ref CompressedRun.Step step, out Reading reading)
    {
        var count = Volatile.Read(ref _count);
        var marks = Volatile.Read(ref _marks);
        if (count == step.Batches)
        {
            reading = default;
            return false;
        }

        reading = Slice(step.Batches, count, marks);
        step = step with { Batches = count };
        return true;
    }

    /// <summary>Everything laid out after a place, which must not lie before <see cref="From"/>.</summary>
    public Reading ReadAfter(EventId cursor)
    {
        var count = Volatile.Read(ref _count);
        var marks = Volatile.Read(ref _marks);
        if (count == 0 || marks[count - 1].Place <= cursor)
        {
            return new Reading(ReadingKind.Frames, default, cursor);
        }

        // Nearly every reader stands at the end of the batch before the last, or a few behind.
        int low = 0, high = count - 1;
        while (low < high)
        {
            var middle = (low + high) >> 1;
            if (marks[middle].Place <= cursor)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return Slice(low, count, marks);
    }

    private Reading Slice(int from, int to, Mark[] marks)
    {
        var before = from == 0 ? default : marks[from - 1];
        var last = marks[to - 1];
        return new Reading(
            ReadingKind.Frames, _bytes.AsMemory(before.End, last.End - before.End), last.Place, last.Events - before.Events,
            Source.Head, last.At);
    }

    /// <summary>
    /// A frame's place in the log, where it ends in the buffer, and how many events there are up to there (a
    /// gap is a frame but no event), and when the event was made, in UTC ticks.
    /// </summary>
    internal readonly record struct Mark(EventId Place, int End, int Events, long At);
}
