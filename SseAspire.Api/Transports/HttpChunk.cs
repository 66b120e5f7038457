using System.Buffers;
using System.Buffers.Text;

namespace SseAspire.Api.Transports;

/// <summary>The chunk of a chunked transfer (RFC 9112, 7.1).</summary>
internal static class HttpChunk
{
    public static ReadOnlySpan<byte> End => "\r\n"u8;

    /// <summary>The chunk that ends the answer.</summary>
    public static ReadOnlySpan<byte> Last => "0\r\n\r\n"u8;

    /// <summary>The size in hexadecimal digits and two line ends, at the most.</summary>
    private const int MaxOverhead = 16;

    /// <summary>Lays out what stands before so many bytes of data. None of them would end the answer.</summary>
    public static void Begin(IBufferWriter<byte> output, int length)
    {
        Utf8Formatter.TryFormat(length, output.GetSpan(8), out var digits, new StandardFormat('x'));
        output.Advance(digits);
        output.Write("\r\n"u8);
    }

    /// <summary>Lays out a whole chunk.</summary>
    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> data)
    {
        // All of it at once: else the last two bytes would double a buffer that has just grown to the data's size.
        output.GetSpan(data.Length + MaxOverhead);
        Begin(output, data.Length);
        output.Write(data);
        output.Write(End);
    }
}
