using System.Buffers.Text;

namespace SseAspire.EmbeddedRedis.Streams;

/// <summary>The id of an entry of a Redis stream, written <c>&lt;ms&gt;-&lt;seq&gt;</c>: two unsigned 64-bit numbers.</summary>
internal readonly record struct StreamId(ulong Ms, ulong Seq) : IComparable<StreamId>
{
    /// <summary>The most bytes an id takes when written.</summary>
    public const int MaxLength = 41;

    public static readonly StreamId Min;
    public static readonly StreamId Max = new(ulong.MaxValue, ulong.MaxValue);

    /// <summary>The next greater id; only for ids below <see cref="Max"/>.</summary>
    public StreamId Next => Seq == ulong.MaxValue ? new(Ms + 1, 0) : this with { Seq = Seq + 1 };

    /// <summary>The next smaller id; only for ids above <see cref="Min"/>.</summary>
    public StreamId Previous => Seq == 0 ? new(Ms - 1, ulong.MaxValue) : this with { Seq = Seq - 1 };

    /// <summary>
    /// Parses <c>&lt;ms&gt;-&lt;seq&gt;</c>, or <c>&lt;ms&gt;</c> alone, which gets the sequence number given.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> text, ulong missingSeq, out StreamId id)
    {
        id = default;
        var dash = text.IndexOf((byte)'-');
        var ms = dash < 0 ? text : text[..dash];
        if (!TryParseNumber(ms, out var msValue))
        {
            return false;
        }

        var seqValue = missingSeq;
        if (dash >= 0 && !TryParseNumber(text[(dash + 1)..], out seqValue))
        {
            return false;
        }

        id = new StreamId(msValue, seqValue);
        return true;
    }

    /// <summary>Parses an end of an interval: an id as above, or <c>-</c> and <c>+</c> for the smallest and the greatest.</summary>
    public static bool TryParseBound(ReadOnlySpan<byte> text, ulong missingSeq, out StreamId id)
    {
        if (text.SequenceEqual("-"u8))
        {
            id = Min;
            return true;
        }

        if (text.SequenceEqual("+"u8))
        {
            id = Max;
            return true;
        }

        return TryParse(text, missingSeq, out id);
    }

    public static bool operator <(StreamId left, StreamId right) => left.CompareTo(right) < 0;

    public static bool operator >(StreamId left, StreamId right) => left.CompareTo(right) > 0;

    public static bool operator <=(StreamId left, StreamId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(StreamId left, StreamId right) => left.CompareTo(right) >= 0;

    public int CompareTo(StreamId other) => Ms != other.Ms ? Ms.CompareTo(other.Ms) : Seq.CompareTo(other.Seq);

    /// <summary>Writes the id; the destination has at least <see cref="MaxLength"/> bytes.</summary>
    /// <returns>The number of bytes written.</returns>
    public int Format(Span<byte> destination)
    {
        Utf8Formatter.TryFormat(Ms, destination, out var length);
        destination[length++] = (byte)'-';
        Utf8Formatter.TryFormat(Seq, destination[length..], out var seqLength);
        return length + seqLength;
    }

    private static bool TryParseNumber(ReadOnlySpan<byte> text, out ulong value) =>
        Utf8Parser.TryParse(text, out value, out var read) && read == text.Length && read > 0;
}
