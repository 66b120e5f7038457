using System.Buffers;
using System.IO.Pipelines;

namespace SseAspire.Api.Metering;

/// <summary>Counts the bytes that have come, each once, however often it is looked at before it is consumed.</summary>
internal sealed class CountingReader(PipeReader inner) : PipeReader
{
    private ReadOnlySequence<byte> _seen;
    private long _unconsumed;
    private long _count;

    /// <summary>How many bytes have come.</summary>
    public long Count => Volatile.Read(ref _count);

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        var reading = inner.ReadAsync(cancellationToken);
        return reading.IsCompletedSuccessfully ? ValueTask.FromResult(Counted(reading.Result)) : AwaitAsync(reading);

        async ValueTask<ReadResult> AwaitAsync(ValueTask<ReadResult> reading) => Counted(await reading);
    }

    public override bool TryRead(out ReadResult result)
    {
        var isRead = inner.TryRead(out result);
        if (isRead)
        {
            Counted(result);
        }

        return isRead;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        _unconsumed = _seen.IsEmpty ? 0 : _seen.Slice(consumed).Length;
        _seen = default;
        inner.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

    private ReadResult Counted(ReadResult result)
    {
        _seen = result.Buffer;
        Volatile.Write(ref _count, _count + _seen.Length - _unconsumed);
        _unconsumed = _seen.Length;
        return result;
    }
}
