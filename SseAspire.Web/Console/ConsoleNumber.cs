using System.Globalization;

namespace SseAspire.Web.Console;

/// <summary>A whole number that the visitor sets: its name in forms and addresses, and what it may be.</summary>
internal sealed record ConsoleNumber(string Name, int Least, int Most, int Usual)
{
    /// <summary>How many of the newest events to begin with; the API's bounds.</summary>
    public static readonly ConsoleNumber History = new("history", 1, 1_000, 20);

    /// <summary>Seconds for which the API holds a long poll; the API's bounds.</summary>
    public static readonly ConsoleNumber Wait = new("wait", 0, 60, 25);

    /// <summary>The most events of one answer; the API's bounds.</summary>
    public static readonly ConsoleNumber Limit = new("limit", 1, 1_000, 100);

    /// <summary>Seconds from an answer to the next poll.</summary>
    public static readonly ConsoleNumber Interval = new("interval", 1, 60, 2);

    /// <summary>The number that a text is, or null where it is none that this field takes.</summary>
    public int? Read(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var number)
        && number >= Least && number <= Most
            ? number
            : null;
}
