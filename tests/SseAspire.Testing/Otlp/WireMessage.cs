using System.Buffers.Binary;
using System.Text;

namespace SseAspire.Testing.Otlp;

/// <summary>
/// A message in the wire format of Protocol Buffers (https://protobuf.dev/programming-guides/encoding/), read by the
/// numbers of its fields: all that a collector needs of them.
/// </summary>
internal sealed class WireMessage
{
    private readonly List<(int Number, ulong Value, ReadOnlyMemory<byte> Bytes)> _fields = [];

    /// <summary>Reads the fields of a message.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public WireMessage(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var key = ReadVarint(ref bytes);
            var number = (int)(key >> 3);
            switch (key & 7)
            {
                case 0:
                    _fields.Add((number, ReadVarint(ref bytes), default));
                    break;
                case 1:
                    _fields.Add((number, BinaryPrimitives.ReadUInt64LittleEndian(Take(ref bytes, 8).Span), default));
                    break;
                case 2:
                    _fields.Add((number, 0, Take(ref bytes, ReadVarint(ref bytes))));
                    break;
                case 5:
                    _fields.Add((number, BinaryPrimitives.ReadUInt32LittleEndian(Take(ref bytes, 4).Span), default));
                    break;
                default:
                    throw new FormatException($"field {number} has a wire type that is not known");
            }
        }
    }

    /// <summary>Whether a field is there.</summary>
    public bool Has(int field) => _fields.Exists(each => each.Number == field);

    /// <summary>A number; 0 where it is absent.</summary>
    public long Number(int field) => (long)_fields.FindLast(each => each.Number == field).Value;

    /// <summary>A floating point number; 0 where it is absent.</summary>
    public double Double(int field) => BitConverter.Int64BitsToDouble(Number(field));

    /// <summary>Bytes; none where they are absent.</summary>
    public ReadOnlyMemory<byte> Bytes(int field) => _fields.FindLast(each => each.Number == field).Bytes;

    /// <summary>A text; empty where it is absent.</summary>
    public string Text(int field) => Encoding.UTF8.GetString(Bytes(field).Span);

    /// <summary>The messages of a repeated field, in order.</summary>
    public IEnumerable<WireMessage> Messages(int field) =>
        _fields.Where(each => each.Number == field).Select(each => new WireMessage(each.Bytes));

    /// <summary>The 64-bit values of a packed field.</summary>
    public IReadOnlyList<ulong> Packed(int field)
    {
        var values = new List<ulong>();
        foreach (var (number, _, bytes) in _fields)
        {
            for (var rest = number == field ? bytes : default; rest.Length > 0;)
            {
                values.Add(BinaryPrimitives.ReadUInt64LittleEndian(Take(ref rest, 8).Span));
            }
        }

        return values;
    }

    private static ulong ReadVarint(ref ReadOnlyMemory<byte> bytes)
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var part = Take(ref bytes, 1).Span[0];
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw new FormatException("a number is longer than ten bytes");
    }

    private static ReadOnlyMemory<byte> Take(ref ReadOnlyMemory<byte> bytes, ulong count)
    {
        if (count > (ulong)bytes.Length)
        {
            throw new FormatException("the message ends too soon");
        }

        var taken = bytes[..(int)count];
        bytes = bytes[(int)count..];
        return taken;
    }
}
