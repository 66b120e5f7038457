using System.Globalization;

namespace SseAspire.Web.Lab;

/// <summary>A number that the visitor sets: its name in forms and addresses, and what it may be.</summary>
/// <param name="Label">The key of its label, as <paramref name="Hint"/> is of its unit.</param>
/// <param name="Step">What one press of the field's arrows changes; a whole number takes whole numbers alone.</param>
internal sealed record LabField(string Name, string Label, string Hint, double Least, double Most, double Usual, double Step)
{
    /// <summary>Events a second.</summary>
    public static readonly LabField Rate = new("rate", "field.rate", "hint.rate", 0.2, 200, 5, 0.1);

    /// <summary>Bytes of an event's data; the least has room for its number and time.</summary>
    public static readonly LabField Size = new("size", "field.size", "hint.size", 48, 16_384, 200, 1);

    /// <summary>Seconds between two polls.</summary>
    public static readonly LabField Interval = new("interval", "field.interval", "hint.interval", 0.2, 10, 1, 0.1);

    /// <summary>Readers that the front end adds to the visitor's own four.</summary>
    public static readonly LabField Readers = new("readers", "field.readers", "hint.readers", 0, 2_000, 0, 1);

    /// <summary>Seconds for which events are published.</summary>
    public static readonly LabField Seconds = new("seconds", "field.seconds", "hint.seconds", 5, 120, 30, 1);

    /// <summary>Seconds for which the network is cut, each time that the visitor does so.</summary>
    public static readonly LabField Cut = new("cut", "field.cut", "hint.cut", 1, 15, 5, 1);

    public static readonly IReadOnlyList<LabField> All = [Rate, Size, Interval, Readers, Seconds, Cut];

    /// <summary>The number that a text is, or null where it is none that this field takes.</summary>
    public double? Read(string text) =>
        // People who write a comma mean one.
        double.TryParse(text.Replace(',', '.'), NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var number)
        && number >= Least && number <= Most && (Step < 1 || number == Math.Floor(number))
            ? number
            : null;
}
