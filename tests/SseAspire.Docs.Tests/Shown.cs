using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace SseAspire.Docs.Tests;

/// <summary>
/// What a document shows as an output, compared with a real one: literally, but for the ids of events, which are
/// the same event throughout, times, the wait of <c>retry:</c> and <c>…</c>, which stands for anything.
/// </summary>
internal static partial class Shown
{
    private const string Anything = "…";
    private const string AnyLines = "(?s:.*?)";

    /// <summary>Compares an output that is complete.</summary>
    /// <returns>What differs, or null.</returns>
    public static string? Differs(Snippet snippet, string output, Places places) =>
        snippet.ShownAs == "json" ? DiffersAsJson(snippet.Shown!, output, places)
        : TryMatch($@"\A{PatternOf(snippet.Shown!, places)}\s*\z", output, snippet.Shown!, places) ? null
        : "the output is another";

    /// <summary>Whether an output that goes on has what is shown.</summary>
    public static bool IsIn(Snippet snippet, string output, Places places) =>
        TryMatch(
            $@"(?m)^{PatternOf(snippet.Shown!, places)}",
            // On a machine that is busy a stream may be silent where it is not shown to be.
            snippet.Shown!.Contains("\n:\n", StringComparison.Ordinal) ? output : Heartbeat().Replace(output, ""),
            snippet.Shown!,
            places);

    private static bool TryMatch([StringSyntax(StringSyntaxAttribute.Regex)] string pattern, string output, string shown, Places places)
    {
        var match = Regex.Match(output, pattern);
        foreach (var (index, id) in Places.In(shown).Index())
        {
            if (match.Groups[$"id{index}"] is { Success: true } real)
            {
                places.Meet(id, real.Value);
            }
        }

        return match.Success;
    }

    private static string PatternOf(string shown, Places places)
    {
        var known = Places.In(shown).Index().ToDictionary(one => one.Item, one => one.Index);
        var met = new HashSet<string>();
        return string.Join(@"\n", shown.TrimEnd('\n').Split('\n').Select(PatternOfLine))
            .Replace($@"{AnyLines}\n", $"{AnyLines}(?m:^)", StringComparison.Ordinal);

        string PatternOfLine(string line) =>
            line == Anything ? AnyLines : Loose().Replace(Regex.Escape(line).Replace(@"\ ", " ", StringComparison.Ordinal), PatternOfPart);

        string PatternOfPart(Match part) => part.Value switch
        {
            Anything => ".*?",
            ['r', ..] => @"retry: \d+",
            var time when time.Contains('T', StringComparison.Ordinal) => @"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",
            var id when places.RealOf(id) is { } real => real,
            var id when met.Add(id) => $@"(?<id{known[id]}>\d+-\d+)",
            var id => $@"\k<id{known[id]}>",
        };
    }

    private static string? DiffersAsJson(string shown, string output, Places places)
    {
        try
        {
            return Differs("$", JsonNode.Parse(shown), JsonNode.Parse(output), places);
        }
        catch (JsonException e)
        {
            return e.Message;
        }
    }

    private static string? Differs(string path, JsonNode? shown, JsonNode? real, Places places)
    {
        switch (shown, real)
        {
            case (JsonValue value, _) when value.TryGetValue(out string? text) && text == Anything:
                return null;
            case (JsonValue value, JsonValue other) when value.TryGetValue(out string? text) && other.TryGetValue(out string? realText):
                return TryMatch($@"\A{PatternOf(text, places)}\z", realText, text, places) ? null : $"{path} is '{realText}', shown as '{text}'";
            case (JsonArray array, JsonArray others):
                return array.Count != others.Count
                    ? $"{path} has {others.Count} elements, shown are {array.Count}"
                    : array.Select((element, i) => Differs($"{path}[{i}]", element, others[i], places)).FirstOrDefault(difference => difference is not null);
            case (JsonObject members, JsonObject others):
                var open = members.ContainsKey(Anything);
                return others.Select(other => other.Key).FirstOrDefault(key => !open && !members.ContainsKey(key)) is { } added
                    ? $"{path}.{added} is not shown"
                    : members.Where(member => member.Key != Anything)
                        .Select(member => others.ContainsKey(member.Key)
                            ? Differs($"{path}.{member.Key}", member.Value, others[member.Key], places)
                            : $"{path}.{member.Key} is shown but is not there")
                        .FirstOrDefault(difference => difference is not null);
            default:
                return JsonNode.DeepEquals(shown, real) ? null : $"{path} is {real?.ToJsonString() ?? "null"}, shown as {shown?.ToJsonString() ?? "null"}";
        }
    }

    [GeneratedRegex(@"^:\nid: .*\n\n", RegexOptions.Multiline)]
    private static partial Regex Heartbeat();

    [GeneratedRegex(@"…|retry: \d+|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\\\.\d{3}Z|\b\d{13}-\d+\b")]
    private static partial Regex Loose();
}
