using System.Diagnostics;
using System.Globalization;

namespace SseAspire.Benchmarks.Load;

/// <summary>
/// The data of a measured event: 100 bytes, which begin with a mark, its number and when it was due,
/// <c>~0000000042 0000123456789012 …</c>. The mark is in nothing else that a server sends, so that a reader finds
/// events without parsing the stream.
/// </summary>
internal static class Payload
{
    public const byte Mark = (byte)'~';

    /// <summary>How many bytes the data of an event has.</summary>
    public const int Length = 100;

    /// <summary>How many of them a reader looks at.</summary>
    public const int HeadLength = 1 + NumberDigits + 1 + TimeDigits;

    private const int NumberDigits = 10;
    private const int TimeDigits = 16;

    private static readonly string Filler = new('x', Length - HeadLength - 1);

    /// <summary>Nanoseconds on the clock that publisher and readers share.</summary>
    public static long Now => (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));

    public static string Write(int number, long due) =>
        string.Create(CultureInfo.InvariantCulture, $"~{number:D10} {due:D16} {Filler}");

    /// <summary>
    /// The same in an event as services publish them, 120 bytes of JSON with names that repeat and values that do not:
    /// what is all filler would compress to nothing.
    /// </summary>
    public static string WriteJson(int number, long due)
    {
        string[] sides = ["N", "NE", "E", "SE", "S", "SW", "W", "NW"];
        string[] places = ["Searles Valley, CA", "Anchor Point, AK", "Volcano, Hawaii", "Hualien City, TW", "Pohang, Japan"];
        var random = new Random(number);
        return string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"event":"~{{number:D10}} {{due:D16}}","magnitude":{{random.Next(10, 70) / 10.0:F1}},"place":"{{random.Next(1, 99)}} km {{sides[random.Next(sides.Length)]}} of {{places[random.Next(places.Length)]}}","depth":{{random.Next(100, 9_000) / 100.0:F2}}}""");
    }

    public static (int Number, long Due) Read(ReadOnlySpan<byte> head) =>
        ((int)ReadDigits(head.Slice(1, NumberDigits)), ReadDigits(head.Slice(2 + NumberDigits, TimeDigits)));

    private static long ReadDigits(ReadOnlySpan<byte> digits)
    {
        var value = 0L;
        foreach (var digit in digits)
        {
            value = value * 10 + (digit - '0');
        }

        return value;
    }
}
