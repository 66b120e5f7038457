using System.Buffers;
using SseAspire.Broker;

namespace SseAspire.Api.Hub;

/// <summary>
/// The batches of a group, compressed once for all who read them in step: each refers to those before it, back to
/// the last join point, where a reader can begin. A newcomer at the head begins with its first batch; a reader that was
/// behind gets frames that are not compressed until the next join point.
/// </summary>
/// <remarks>The tail writes, under the hub's lock; readers take none.</remarks>
internal sealed class CompressedRun(FrameFormat format) : IDisposable
{
    /// <summary>
    /// How many batches a stretch has. Where a reader waits to be in step the next one begins with a join point; where
    /// none does the compressor goes on, so that what repeats is sent once.
    /// </summary>
    private const int Stretch = 32;

    /// <summary>After how many bytes a stretch ends before it has as many batches.</summary>
    private const int StretchBytes = 256 << 10;

    /// <summary>How many bytes a compressor takes, most of them outside of the managed heap.</summary>
    public const int CompressorBytes = 256 << 10;

    private readonly ArrayBufferWriter<byte> _batch = new();
    private FrameCompressor? _compressor;
    private int _batches;
    private int _events;
    private bool _joins;
    private bool _isAwaited;
    private Stretches _stretches = new(null, default, null, IsJoin: false);

    /// <summary>How many bytes it keeps for readers, and takes itself.</summary>
    public long Bytes => CompressorBytes + (_stretches.Current?.Capacity ?? 0) + (_stretches.Former?.Capacity ?? 0);

    /// <summary>Begins a batch; with a new compressor where it is a join point.</summary>
    /// <param name="hasNewcomer">
    /// Whether the group has got a reader since the last batch. Then this one is a join point. For readers that are late
    /// it is not: each would end the stretch of those that are about to be late.
    /// </param>
    public void Begin(bool hasNewcomer)
    {
        if (_batches > 0 && !hasNewcomer)
        {
            return;
        }

        _batches = 0;
        _joins = Interlocked.Exchange(ref _isAwaited, false) || hasNewcomer || _compressor is null;
        if (_joins)
        {
            _compressor?.Dispose();
            _compressor = format.StartCompressor();
        }
    }

    /// <summary>Adds an event to the batch under way.</summary>
    public void AddEvent(LogEntry entry)
    {
        _compressor!.AddEvent(entry);
        _events++;
    }

    /// <summary>Adds a gap to the batch under way.</summary>
    public void AddGap(Gap gap) => _compressor!.AddGap(gap);

    /// <summary>Publishes the batch under way.</summary>
    /// <param name="before">How far the group was laid out before it.</param>
    /// <param name="first">The place of its first frame.</param>
    /// <param name="last">The place of its last frame, and when that event was made.</param>
    public void Publish(EventId before, EventId first, in FrameChunk.Mark last)
    {
        _batch.ResetWrittenCount();
        _compressor!.WriteBatch(_batch);
        var (current, begin, former, isJoin) = _stretches;
        if (_batches == 0)
        {
            (current, begin, former, isJoin) = (new FrameChunk(before, RoomFor(_batch.WrittenCount)), first, current, _joins);
        }
        else if (!current!.HasRoomFor(_batch.WrittenCount))
        {
            // The stretch goes on in a larger buffer: whoever is in step with it stays so.
            current = current.Enlarge(RoomFor(_batch.WrittenCount));
        }

        current!.Append(_batch.WrittenSpan, [last with { End = _batch.WrittenCount, Events = _events }]);
        Volatile.Write(ref _stretches, new Stretches(current, begin, former, isJoin));
        _events = 0;
        _batches = current.Length < StretchBytes ? (_batches + 1) % Stretch : 0;
    }

    /// <summary>Room for as many batches of this size as a stretch has, within its bound.</summary>
    private static int RoomFor(int batch) => Math.Max(batch, (int)Math.Min((long)batch * Stretch, StretchBytes));

    /// <summary>
    /// What a reader may have next; false where it is not in step, so that it has to be given plain frames.
    /// </summary>
    public bool TryRead(EventId cursor, ref Step step, out Reading reading)
    {
        var (current, begin, former, isJoin) = Volatile.Read(ref _stretches);
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
        else if (isJoin && step.From != current.From && cursor >= current.From && cursor < begin)
        {
            // It has had nothing of the stretch: one that came in the middle of its first batch would get that again.
            step = new Step(current.From, 0);
        }

        if (step.From == current.From)
        {
            return current.TryReadFrom(ref step, out reading);
        }

        Volatile.Write(ref _isAwaited, true);
        reading = default;
        return false;
    }

    public void Dispose() => _compressor?.Dispose();

    /// <summary>Where a reader is: in the stretch that begins after a place, behind so many batches; or in none.</summary>
    internal readonly record struct Step(EventId? From, int Batches);

    /// <summary>
    /// The stretch that grows, the place of its first frame, the stretch before it, and whether a reader can begin with
    /// it: replaced together.
    /// </summary>
    private sealed record Stretches(FrameChunk? Current, EventId Begin, FrameChunk? Former, bool IsJoin);
}
