using System.Globalization;
using Microsoft.Extensions.Localization;
using SseAspire.Web.Texts;

namespace SseAspire.Web.Live;

/// <summary>Figures as the page writes them, in the visitor's language; <c>format.js</c> writes the same.</summary>
internal sealed class Figures(IStringLocalizer<SiteTexts> texts)
{
    /// <summary>What stands where a figure is not known.</summary>
    public const string Unknown = "–";

    /// <summary>A share of a hundred: <c>12.5 %</c>.</summary>
    public string Percent(double? value) => value is { } known ? texts["unit.percent", Write(known, 1)] : Unknown;

    /// <summary>Decimal multiples to three digits: <c>23.4 GB</c>.</summary>
    public string Bytes(double? value)
    {
        if (value is not { } rest)
        {
            return Unknown;
        }

        var units = texts["unit.bytes"].Value.Split(' ');
        var unit = 0;
        while (rest >= 999.5 && unit < units.Length - 1)
        {
            rest /= 1000;
            unit++;
        }

        return $"{Write(rest, unit == 0 || rest >= 99.95 ? 0 : 1)} {units[unit]}";
    }

    /// <summary>The same in a second: <c>23.4 kB/s</c>.</summary>
    public string BytesPerSecond(double? value) => texts["unit.perSecond", Bytes(value)];

    /// <summary>A whole number: <c>1,234</c>.</summary>
    public static string Count(double? value) => value?.ToString("N0", CultureInfo.CurrentCulture) ?? Unknown;

    /// <summary>How often a second, to three digits or whole: <c>12.5/s</c>.</summary>
    public string Rate(double? value) =>
        value is { } known ? texts["unit.perSecond", known is > 0 and < 99.95 ? Write(known, 1) : Count(known)] : Unknown;

    /// <summary>Milliseconds, from a second on in seconds, to three digits: <c>12.3 ms</c>.</summary>
    public string Duration(double? milliseconds) => milliseconds switch
    {
        null => Unknown,
        < 99.95 => texts["unit.milliseconds", Write(milliseconds.Value, 1)],
        < 999.5 => texts["unit.milliseconds", Write(milliseconds.Value, 0)],
        _ => texts["unit.seconds", Write(milliseconds.Value / 1000, 1)],
    };

    /// <summary>How many times another figure: <c>×4.1</c>.</summary>
    public string Ratio(double value) => texts["unit.times", Write(value, value < 99.95 ? 1 : 0)];

    private static string Write(double value, int digits) => value.ToString($"F{digits}", CultureInfo.CurrentCulture);
}
