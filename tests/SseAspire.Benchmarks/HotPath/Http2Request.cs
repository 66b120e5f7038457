using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace SseAspire.Benchmarks.HotPath;

/// <summary>
/// All that a client of HTTP/2 has to say for one stream without end (RFC 9113), where it knows that the server speaks
/// it.
/// </summary>
internal static class Http2Request
{
    private const byte Headers = 0x1;
    private const byte Settings = 0x4;
    private const byte WindowUpdate = 0x8;
    private const byte EndStream = 0x1;
    private const byte EndHeaders = 0x4;
    private const byte InitialWindowSize = 0x4;

    /// <summary>What the server may send at all (6.9.1): more than it will, so that it need never be told to go on.</summary>
    private const int LargestWindow = int.MaxValue;

    private const int DefaultWindow = 65_535;

    /// <summary>The preface, the settings, and a GET on stream 1.</summary>
    public static byte[] Get(string path, IPEndPoint server) =>
    [
        .. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8,
        .. Frame(Settings, flags: 0, stream: 0, [0, InitialWindowSize, .. BigEndian(LargestWindow)]),
        .. Frame(WindowUpdate, flags: 0, stream: 0, BigEndian(LargestWindow - DefaultWindow)),
        // In the static table (RFC 7541, appendix A) 2 is GET, 6 is http, 4 names the path and 1 the authority.
        .. Frame(Headers, EndStream | EndHeaders, stream: 1, [0x82, 0x86, .. Literal(4, path), .. Literal(1, $"{server}")]),
    ];

    private static byte[] Frame(byte type, byte flags, int stream, byte[] payload) =>
        [.. BigEndian(payload.Length)[1..], type, flags, .. BigEndian(stream), .. payload];

    /// <summary>A field whose name is in the table and whose value, of at most 126 bytes, is not (RFC 7541, 6.2.2).</summary>
    private static byte[] Literal(byte name, string value) => [name, (byte)value.Length, .. Encoding.ASCII.GetBytes(value)];

    private static byte[] BigEndian(int number)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }
}
