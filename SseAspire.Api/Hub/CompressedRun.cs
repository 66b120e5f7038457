using System.Buffers;
using SseAspire.Broker;

namespace SseAspire.Api.Hub;

/// <summary>
/// The batches of a group, compressed once for all who read them in step: each refers to those before it, back to
/// the last join point, where a reader can begin. Between two join points a newcomer is given plain frames.
/// </summary>
/// <remarks>The tail writes, under the hub's lock; readers take none.</remarks>
internal sealed class CompressedRun(FrameFormat format) : IDisposable
{
    /// <summary>
    /// How many batches lie between two join points: few, so that a newcomer is soon in step; many, so that what is
    /// said again and again is said once.
    /// </summary>
    private const int JoinEvery = 32;

    private readonly ArrayBufferWriter<byte> _batch = new();
    private FrameCompressor? _compressor;
    private int _batches;
    private int _events;
    private Stretches _stretches = new(null, default, null);

    /// <summary>Adds an event to the batch under way.</summary>
    public void AddEvent(LogEntry entry)
    {
        Open().AddEvent(entry);
        _events++;
    }

    /// <summary>Adds a gap to the batch under way.</summary>
    public void AddGap(Gap gap) => Open().AddGap(gap);

    /// <summary>Publishes the batch under way.</summary>
    /// <param name="before">How far the group was laid out before it.</param>
    /// <param name="first">The place of its first frame.</param>
    /// <param name="last">The place of its last frame, and when that event was made.</param>
    public void Publish(EventId before, EventId first, in FrameChunk.Mark last)
    {
        _batch.ResetWrittenCount();
        Open().WriteBatch(_batch);
        var (current, begin, former) = _stretches;
        if (_batches == 0)
        {
            (current, begin, former) = (new FrameChunk(before, _batch.WrittenCount * JoinEvery), first, current);
        }
        else if (!current!.HasRoomFor(_batch.WrittenCount))
        {
            // The stretch goes on in a larger buffer: whoever is in step with it stays so.
            current = current.Enlarge(_batch.WrittenCount * JoinEvery);
        }

        current!.Append(_batch.WrittenSpan, [last with { End = _batch.WrittenCount, Events = _events }]);
        Volatile.Write(ref _stretches, new Stretches(current, begin, former));
        _events = 0;
        if (++_batches == JoinEvery)
        {
            _batches = 0;
            _compressor!.Dispose();
            _compressor = null;
        }
    }

    /// <summary>
    /// What a reader may have next; false where it is not in step, so that it has to be given plain frames.
    /// </summary>
    public bool TryRead(EventId cursor, ref Step step, out Reading reading)
    {
        var (current, begin, former) = Volatile.Read(ref _stretches);
        if (current is null)
        {
            reading = default;
            return false;
        }

        if (former is not null && step.From == former.From)
        {
            if (former.TryReadFrom(ref step, out reading))
            {
                return true;
            }

            // It is at the end of the one, which is where the other begins.
            step = new Step(current.From, 0);
        }
        else if (step.From != current.From && cursor >= current.From && cursor < begin)
        {
            // It has had nothing of the stretch: one that came in the middle of its first batch would get that again.
            step = new Step(current.From, 0);
        }

        reading = default;
        return step.From == current.From && current.TryReadFrom(ref step, out reading);
    }

    public void Dispose() => _compressor?.Dispose();

    private FrameCompressor Open() => _compressor ??= format.StartCompressor();

    /// <summary>Where a reader is: in the stretch that begins after a place, behind so many batches; or in none.</summary>
    internal readonly record struct Step(EventId? From, int Batches);

    /// <summary>The stretch between join points that grows, the place of its first frame, and the stretch before it: replaced together.</summary>
    private sealed record Stretches(FrameChunk? Current, EventId Begin, FrameChunk? Former);
}
