using System.Buffers;
using System.Buffers.Binary;
using SseAspire.Api.Hub;

namespace SseAspire.Api.Transports;

/// <summary>
/// The frames of another format as parts of a gzip stream (RFC 1952) that never ends: each as it is (RFC 1951,
/// 3.2.4), for who has not had what came before, and compressed for who has.
/// </summary>
/// <param name="inner">The other format.</param>
/// <param name="chunked">Whether each part is a chunk of its own, for the socket of an HTTP/1.1 connection.</param>
internal sealed class GzipFormat(FrameFormat inner, bool chunked) : WrappedFormat(inner)
{
    public const string ContentCoding = "gzip";

    private const int MaxBlock = ushort.MaxValue;
    private const int BlockHead = 5;

    /// <summary>What a gzip stream begins with: deflated, no name, no time, of no system.</summary>
    public static ReadOnlySpan<byte> Header => [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

    public override bool IsCompressible => true;

    public override FrameCompressor StartCompressor() => new GzipCompressor(Inner, chunked);

    /// <summary>Lays out bytes as they are: as blocks of the stream which anybody can read.</summary>
    public static void WriteStored(IBufferWriter<byte> output, ReadOnlySpan<byte> data)
    {
        while (data.Length > 0)
        {
            var length = Math.Min(data.Length, MaxBlock);
            var head = output.GetSpan(BlockHead);
            head[0] = 0;
            BinaryPrimitives.WriteUInt16LittleEndian(head[1..], (ushort)length);
            BinaryPrimitives.WriteUInt16LittleEndian(head[3..], (ushort)~length);
            output.Advance(BlockHead);
            output.Write(data[..length]);
            data = data[length..];
        }
    }

    public override void Wrap(IBufferWriter<byte> output, ReadOnlySpan<byte> frame)
    {
        if (!chunked)
        {
            WriteStored(output, frame);
            return;
        }

        var blocks = (frame.Length + MaxBlock - 1) / MaxBlock;
        HttpChunk.Begin(output, frame.Length + blocks * BlockHead);
        WriteStored(output, frame);
        output.Write(HttpChunk.End);
    }
}
