using System.Buffers.Text;
using System.Globalization;

namespace SseAspire.Broker;

/// <summary>
/// An event's place in the log, written <c>&lt;epoch&gt;-&lt;sequence&gt;</c>: an entry id of a Redis stream.
/// Within an epoch sequence numbers have no holes, so a hole means loss and its size is known by
/// subtraction.
/// </summary>
/// <param name="Epoch">Unix milliseconds at which the log's present life began.</param>
/// <param name="Sequence">Place within the epoch, counted from 0.</param>
public readonly record struct EventId(ulong Epoch, ulong Sequence)
    : IComparable<EventId>
{
    /// <summary>The most characters an id takes: two 64-bit numbers and the dash.</summary>
    public const int MaxLength = 41;

    /// <summary>Before every entry a log can hold: reading after it starts at the oldest one kept.</summary>
    public static readonly EventId Earliest;

    /// <summary>The id that follows without a hole in the same epoch.</summary>
    public EventId Next => Sequence < ulong.MaxValue ? new(Epoch, Sequence + 1) : new(Epoch + 1, 0);

    /// <summary>The id before which nothing fits: reading after it starts at this one, in whatever epoch it is.</summary>
    public EventId Previous => Sequence > 0 ? this with { Sequence = Sequence - 1 } : Epoch > 0 ? new(Epoch - 1, ulong.MaxValue) : Earliest;

    /// <summary>After every entry a log can hold: nothing follows it.</summary>
    internal static readonly EventId Latest = new(ulong.MaxValue, ulong.MaxValue);

    /// <summary>Parses <c>&lt;epoch&gt;-&lt;sequence&gt;</c>, two unsigned 64-bit decimal numbers and nothing else.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out EventId id)
    {
        var dash = text.IndexOf('-');
        if (dash > 0
            && ulong.TryParse(text[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
            && ulong.TryParse(text[(dash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var sequence))
        {
            id = new EventId(epoch, sequence);
            return true;
        }

        id = default;
        return false;
    }

    /// <summary>Whether the text has the form of an id of the log, in range or not.</summary>
    public static bool HasForm(ReadOnlySpan<char> text)
    {
        var dash = text.IndexOf('-');
        return dash > 0
            && dash < text.Length - 1
            && !text[..dash].ContainsAnyExceptInRange('0', '9')
            && !text[(dash + 1)..].ContainsAnyExceptInRange('0', '9');
    }

    /// <inheritdoc />
    public int CompareTo(EventId other)
    {
        var byEpoch = Epoch.CompareTo(other.Epoch);
        return byEpoch != 0 ? byEpoch : Sequence.CompareTo(other.Sequence);
    }

    /// <inheritdoc />
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Epoch}-{Sequence}");

    /// <summary>Writes the id as UTF-8; <see cref="MaxLength"/> bytes are always enough.</summary>
    public bool TryFormat(Span<byte> utf8Destination, out int bytesWritten)
    {
        if (Utf8Formatter.TryFormat(Epoch, utf8Destination, out var epochLength)
            && epochLength < utf8Destination.Length
            && Utf8Formatter.TryFormat(Sequence, utf8Destination[(epochLength + 1)..], out var sequenceLength))
        {
            utf8Destination[epochLength] = (byte)'-';
            bytesWritten = epochLength + 1 + sequenceLength;
            return true;
        }

        bytesWritten = 0;
        return false;
    }

    /// <summary>Whether one id comes before the other in the log.</summary>
    public static bool operator <(EventId left, EventId right) => left.CompareTo(right) < 0;

    /// <inheritdoc cref="op_LessThan" />
    public static bool operator >(EventId left, EventId right) => left.CompareTo(right) > 0;

    /// <inheritdoc cref="op_LessThan" />
    public static bool operator <=(EventId left, EventId right) => left.CompareTo(right) <= 0;

    /// <inheritdoc cref="op_LessThan" />
    public static bool operator >=(EventId left, EventId right) => left.CompareTo(right) >= 0;
}
