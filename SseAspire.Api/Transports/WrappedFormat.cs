using System.Buffers;
using SseAspire.Api.Hub;
using SseAspire.Broker;

namespace SseAspire.Api.Transports;

/// <summary>The frames of another format, each wrapped into something of its own.</summary>
internal abstract class WrappedFormat(FrameFormat inner) : FrameFormat
{
    /// <summary>How large a buffer a thread keeps: one large event must not stay in memory for each of them.</summary>
    private const int MaxKept = 64 << 10;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _frame;

    protected FrameFormat Inner { get; } = inner;

    public sealed override void WriteEvent(IBufferWriter<byte> output, LogEntry entry)
    {
        var frame = Open();
        Inner.WriteEvent(frame, entry);
        Wrap(output, frame.WrittenSpan);
        Close(frame);
    }

    public sealed override void WriteGap(IBufferWriter<byte> output, Gap gap)
    {
        var frame = Open();
        Inner.WriteGap(frame, gap);
        Wrap(output, frame.WrittenSpan);
        Close(frame);
    }

    /// <summary>Wraps one frame.</summary>
    public abstract void Wrap(IBufferWriter<byte> output, ReadOnlySpan<byte> frame);

    private static ArrayBufferWriter<byte> Open()
    {
        _frame ??= new ArrayBufferWriter<byte>();
        _frame.ResetWrittenCount();
        return _frame;
    }

    private static void Close(ArrayBufferWriter<byte> frame)
    {
        if (frame.Capacity > MaxKept)
        {
            _frame = null;
        }
    }
}
