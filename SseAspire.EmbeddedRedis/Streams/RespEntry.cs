using System.Buffers.Text;
using SseAspire.EmbeddedRedis.Commands;

namespace SseAspire.EmbeddedRedis.Streams;

/// <summary>
/// Lays out an entry once, when it is added, as it will stand in every reply:
/// <c>*2 $id *2n $field $value …</c>, which RESP2 and RESP3 write alike. Reading a range is then nothing
/// but copying.
/// </summary>
internal static class RespEntry
{
    public static byte[] Encode(StreamId id, CommandArguments fields)
    {
        Span<byte> idText = stackalloc byte[StreamId.MaxLength];
        idText = idText[..id.Format(idText)];

        var length = Header(2) + BulkString(idText.Length) + Header(fields.Count);
        for (var i = 0; i < fields.Count; i++)
        {
            length += BulkString(fields[i].Length);
        }

        var entry = GC.AllocateUninitializedArray<byte>(length);
        var rest = entry.AsSpan();
        WriteHeader(ref rest, (byte)'*', 2);
        WriteBulkString(ref rest, idText);
        WriteHeader(ref rest, (byte)'*', fields.Count);
        for (var i = 0; i < fields.Count; i++)
        {
            WriteBulkString(ref rest, fields[i]);
        }

        return entry;
    }

    private static int Header(int number) => 1 + Digits(number) + 2;

    private static int BulkString(int length) => Header(length) + length + 2;

    private static int Digits(int number)
    {
        var digits = 1;
        while ((number /= 10) != 0)
        {
            digits++;
        }

        return digits;
    }

    private static void WriteHeader(ref Span<byte> rest, byte kind, int number)
    {
        rest[0] = kind;
        Utf8Formatter.TryFormat(number, rest[1..], out var digits);
        "\r\n"u8.CopyTo(rest[(1 + digits)..]);
        rest = rest[(1 + digits + 2)..];
    }

    private static void WriteBulkString(ref Span<byte> rest, scoped ReadOnlySpan<byte> text)
    {
        WriteHeader(ref rest, (byte)'$', text.Length);
        text.CopyTo(rest);
        "\r\n"u8.CopyTo(rest[text.Length..]);
        rest = rest[(text.Length + 2)..];
    }
}
