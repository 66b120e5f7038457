using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using SseAspire.Testing;

namespace SseAspire.Docs.Tests;

/// <summary>The table of settings in the README has every setting that there is, and its default, in both languages.</summary>
public sealed partial class SettingsTests
{
    /// <summary>What is read without an options class.</summary>
    private static readonly string[] Plain = ["AllowedHosts", "ConnectionStrings:broker"];

    public static TheoryData<string> Readmes => ["README.md", "README.ru.md"];

    [Theory]
    [MemberData(nameof(Readmes))]
    public void The_table_has_every_setting_and_no_other(string name)
    {
        // Some are of several parts.
        var shown = SettingsOf(name).SelectMany(row => row.Names).Distinct().Order(StringComparer.Ordinal);

        Assert.Equal(Defaults().Select(setting => setting.Name).Concat(Plain).Distinct().Order(StringComparer.Ordinal), shown);
    }

    [Theory]
    [MemberData(nameof(Readmes))]
    public void The_table_has_the_defaults_of_the_code(string name)
    {
        var russian = name == "README.ru.md";
        var rows = SettingsOf(name).ToArray();
        var wrong = Defaults()
            .Select(setting => (setting.Name, Default: Write(setting.Default, russian)))
            .Where(setting => !Cell(setting.Name).Contains(setting.Default, StringComparison.Ordinal))
            .Select(setting => $"{setting.Name} is {setting.Default} by default, shown is {Cell(setting.Name)}");

        Assert.True(!wrong.Any(), string.Join("\n", wrong));

        string Cell(string setting) => Spaces().Replace(string.Join(';', rows.Where(row => row.Names.Contains(setting)).Select(row => row.Default)), "");
    }

    /// <summary>The rows of the table: the full names, since a section may be written once for several, and the defaults.</summary>
    private static IEnumerable<(string[] Names, string Default)> SettingsOf(string document)
    {
        var settings = Defaults().Select(setting => setting.Name).Concat(Plain).ToHashSet();
        foreach (var (names, cells) in Document.Read(document).Rows.Where(row => row.Cells.Count == 3 && row.Names.Count > 0))
        {
            // Other tables have three columns too: of pages, of fields.
            if (settings.Contains(names[0]) || names[0].Contains(':', StringComparison.Ordinal))
            {
                var section = names[0][..(names[0].LastIndexOf(':') is > 0 and var end ? end : 0)];
                yield return ([.. names.Select(name => name.StartsWith(':') ? section + name : name)], cells[1]);
            }
        }
    }

    /// <summary>The settings of all parts, with the defaults that their classes have.</summary>
    private static IEnumerable<(string Name, object? Default)> Defaults()
    {
        foreach (var type in ((string[])["SseAspire.Api", "SseAspire.Broker", "SseAspire.Producer", "SseAspire.ServiceDefaults", "SseAspire.Web", "SseAspire.AppHost"]).SelectMany(TypesOf))
        {
            if (type.GetField("Section", BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static)?.GetRawConstantValue() is string section)
            {
                foreach (var setting in PropertiesOf(type, Activator.CreateInstance(type)!))
                {
                    yield return ($"{section}:{setting.Name}", setting.Default);
                }
            }
            else if (type.Name == "AppHostSettings")
            {
                foreach (var (name, value) in PropertiesOf(type, Activator.CreateInstance(type)!))
                {
                    if (value?.GetType().DeclaringType == type)
                    {
                        foreach (var setting in PropertiesOf(value.GetType(), value))
                        {
                            yield return ($"{name}:{setting.Name}", setting.Default);
                        }
                    }
                    else
                    {
                        yield return (name, value);
                    }
                }
            }
        }
    }

    private static IEnumerable<(string Name, object? Default)> PropertiesOf(Type type, object instance) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.SetMethod is { IsPublic: true } || (property.SetMethod is null && property.GetValue(instance) is IList))
            .Select(property => (property.Name, property.GetValue(instance)));

    private static IEnumerable<Type> TypesOf(string part)
    {
        // The log and the defaults are beside each service that uses them.
        var own = RepositoryRoot.AssemblyOf(part);
        return Assembly.LoadFrom(File.Exists(own) ? own : Path.Combine(Path.GetDirectoryName(RepositoryRoot.AssemblyOf("SseAspire.Api"))!, $"{part}.dll")).GetTypes();
    }

    private static string Write(object? value, bool russian) => Spaces().Replace(
        value switch
        {
            null or "" or IList => "",
            bool on => (on, russian) switch { (true, false) => "on", (false, false) => "off", (true, true) => "вкл", (false, true) => "выкл" },
            TimeSpan { Seconds: not 0 } time => $"{time.TotalSeconds} {(russian ? "с" : "s")}",
            TimeSpan { Minutes: not 0 } time => $"{time.TotalMinutes} {(russian ? "мин" : "min")}",
            TimeSpan time => $"{time.TotalHours} {(russian ? "ч" : "h")}",
            // Bounds of memory are powers of two, and no other number is.
            int or long when Convert.ToInt64(value, CultureInfo.InvariantCulture) is var bytes && bytes % 1024 == 0 && bytes > 1024 =>
                bytes % (1 << 20) == 0 ? $"{bytes >> 20} {(russian ? "МиБ" : "MiB")}" : $"{bytes >> 10} {(russian ? "КиБ" : "KiB")}",
            int or long => string.Create(CultureInfo.InvariantCulture, $"{value}"),
            double share => share.ToString(CultureInfo.GetCultureInfo(russian ? "ru" : "en")),
            Uri { Host: "earthquake.usgs.gov" } => "USGS",
            Uri address => address.ToString().TrimEnd('/'),
            Enum choice => choice.ToString().ToLowerInvariant(),
            _ => $"{value}",
        },
        "");

    // Spaces and the commas between thousands are a matter of language.
    [GeneratedRegex(@"\s|(?<=\d),(?=\d{3}\b)")]
    private static partial Regex Spaces();
}
