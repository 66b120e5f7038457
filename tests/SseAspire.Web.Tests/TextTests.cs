using System.Text.RegularExpressions;
using System.Xml.Linq;
using SseAspire.Testing;

namespace SseAspire.Web.Tests;

/// <summary>Every text is there in both languages, and every one that is there is used.</summary>
public sealed partial class TextTests
{
    private static readonly string Web = Path.Combine(RepositoryRoot.Path, "SseAspire.Web");

    private static readonly string[] Names =
        [.. Directory.GetFiles(Path.Combine(Web, "Texts"), "*.ru.resx").Select(file => Path.GetFileName(file)[..^".ru.resx".Length])];

    public static TheoryData<string> Resources => [.. Names];

    [Theory]
    [MemberData(nameof(Resources))]
    public void Both_languages_have_the_same_keys_and_the_same_places_for_values(string resource)
    {
        var (english, russian) = (Read($"{resource}.resx"), Read($"{resource}.ru.resx"));

        Assert.Equal(english.Keys.Order(StringComparer.Ordinal), russian.Keys.Order(StringComparer.Ordinal));
        Assert.All(english, text =>
        {
            Assert.False(string.IsNullOrWhiteSpace(text.Value), $"{text.Key} is empty");
            Assert.Equal(Places(text.Value), Places(russian[text.Key]));
        });
    }

    [Theory]
    [MemberData(nameof(Resources))]
    public void What_is_written_in_Russian_is_Russian(string resource)
    {
        var english = Read($"{resource}.resx");
        // Some are the same in every language: names, code, units made of places alone.
        var untranslated = Read($"{resource}.ru.resx")
            .Where(text => text.Value == english[text.Key] && Word().IsMatch(Code().Replace(text.Value, "")))
            .Select(text => text.Key);
        Assert.Empty(untranslated);
    }

    [Fact]
    public void Every_key_that_a_page_or_a_script_asks_for_exists_and_no_other()
    {
        var known = Names.SelectMany(name => Read($"{name}.resx").Keys).ToHashSet();
        var used = Sources("*.cshtml").Concat(Sources("*.cs")).SelectMany(Literals)
            .Concat(Sources("*.js").SelectMany(Literals).Select(key => $"js.{key}"))
            .ToHashSet();

        Assert.Empty(known.Except(used));
        // What looks like a key and is asked for as one.
        var asked = Sources("*.cshtml").Concat(Sources("*.cs")).SelectMany(source => Asked().Matches(source)).Select(match => match.Groups[1].Value)
            .Concat(Sources("*.js").SelectMany(source => AskedByScript().Matches(source)).Select(match => $"js.{match.Groups[1].Value}"));
        Assert.Empty(asked.Distinct().Except(known));
    }

    private static Dictionary<string, string> Read(string file) =>
        XDocument.Load(Path.Combine(Web, "Texts", file)).Root!.Elements("data")
            .ToDictionary(data => (string)data.Attribute("name")!, data => (string)data.Element("value")!);

    private static IEnumerable<string> Places(string text) => Place().Matches(text).Select(match => match.Value).Distinct().Order();

    private static IEnumerable<string> Sources(string pattern) =>
        ((string[])["Console", "Lab", "Languages", "Learn", "Live", "Pages", "Texts", "wwwroot/js"])
        .SelectMany(folder => Directory.GetFiles(Path.Combine(Web, folder), pattern, SearchOption.AllDirectories))
        .Select(File.ReadAllText);

    private static IEnumerable<string> Literals(string source) =>
        Literal().Matches(source).Select(match => match.Groups[1].Value);

    [GeneratedRegex(@"\{\d\}")]
    private static partial Regex Place();

    [GeneratedRegex("\\p{L}{4,}")]
    private static partial Regex Word();

    [GeneratedRegex("[A-Za-z]+[A-Z-][A-Za-z-]*|`[^`]*`")]
    private static partial Regex Code();

    [GeneratedRegex("""["'`]([a-z][A-Za-z]*(?:\.[A-Za-z]+)*)["'`]""")]
    private static partial Regex Literal();

    [GeneratedRegex("""(?:\bT|Site|[tT]exts)\["([^"]+)["]""")]
    private static partial Regex Asked();

    [GeneratedRegex("""\btext(?:Of)?\('([^']+)'""")]
    private static partial Regex AskedByScript();
}
