using System.Text.RegularExpressions;

namespace SseAspire.Docs.Tests;

/// <summary>
/// The ids of events as a document writes them and as they really are: the same one is the same event wherever
/// it stands, in a command or in what it prints.
/// </summary>
internal sealed partial class Places
{
    private readonly Dictionary<string, string> _real = [];

    /// <summary>The ids that a text of a document has.</summary>
    public static IEnumerable<string> In(string text) => Id().Matches(text).Select(match => match.Value).Distinct();

    /// <summary>What an id really is, or null where it was not met yet.</summary>
    public string? RealOf(string written) => _real.GetValueOrDefault(written);

    /// <summary>A text with the ids as they are; one that was not met yet is meant as it is written.</summary>
    public string Translate(string text) => Id().Replace(text, match => RealOf(match.Value) ?? match.Value);

    /// <summary>Takes note of what an id is.</summary>
    public void Meet(string written, string real)
    {
        _real[written] = real;
        Assert.True(_real.Values.Distinct().Count() == _real.Count, $"{written} is {real}, and so is another id of the document.");
    }

    // An epoch is a time in milliseconds: 0-0, the place before all events, is written as it is.
    [GeneratedRegex(@"\b\d{13}-\d+\b")]
    private static partial Regex Id();
}
