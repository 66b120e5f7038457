using System.Globalization;

namespace SseAspire.Web.Live;

/// <summary>Figures as the page writes them; <c>format.js</c> writes the same.</summary>
internal static class Figures
{
    /// <summary>What stands where a figure is not known.</summary>
    public const string Unknown = "–";

    private static readonly string[] Units = ["B", "kB", "MB", "GB", "TB", "PB"];

    /// <summary>A share of a hundred: <c>12.5 %</c>.</summary>
    public static string Percent(double? value) =>
        value is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known:0.0} %") : Unknown;

    /// <summary>Decimal multiples to three digits: <c>23.4 GB</c>.</summary>
    public static string Bytes(double? value)
    {
        if (value is not { } rest)
        {
            return Unknown;
        }

        var unit = 0;
        while (rest >= 999.5 && unit < Units.Length - 1)
        {
            rest /= 1000;
            unit++;
        }

        var digits = unit == 0 || rest >= 99.95 ? "0" : "0.0";
        return string.Create(CultureInfo.InvariantCulture, $"{rest.ToString(digits, CultureInfo.InvariantCulture)} {Units[unit]}");
    }
}
