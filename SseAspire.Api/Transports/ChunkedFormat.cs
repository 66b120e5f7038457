using System.Buffers;
using System.Buffers.Text;
using SseAspire.Api.Hub;
using SseAspire.Broker;

namespace SseAspire.Api.Transports;

/// <summary>
/// The frames of another format, each as a chunk of its own (RFC 9112, 7.1), so that any run of them can go to the
/// socket of an HTTP/1.1 connection as it is.
/// </summary>
internal sealed class ChunkedFormat(FrameFormat inner) : FrameFormat
{
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _chunk;

    public override void WriteEvent(IBufferWriter<byte> output, LogEntry entry)
    {
        var chunk = Open();
        inner.WriteEvent(chunk, entry);
        Write(output, chunk.WrittenSpan);
    }

    public override void WriteGap(IBufferWriter<byte> output, Gap gap)
    {
        var chunk = Open();
        inner.WriteGap(chunk, gap);
        Write(output, chunk.WrittenSpan);
    }

    private static ArrayBufferWriter<byte> Open()
    {
        _chunk ??= new ArrayBufferWriter<byte>();
        _chunk.ResetWrittenCount();
        return _chunk;
    }

    private static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> data)
    {
        Utf8Formatter.TryFormat(data.Length, output.GetSpan(8), out var length, new StandardFormat('x'));
        output.Advance(length);
        output.Write("\r\n"u8);
        output.Write(data);
        output.Write("\r\n"u8);
    }
}
