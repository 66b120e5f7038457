using Microsoft.Extensions.Primitives;

namespace SseAspire.Web.Console;

/// <summary>Topics as a person writes them, one a line. A topic has no line ends, so nothing is lost by that.</summary>
internal static class TopicLines
{
    /// <summary>The topics of a field that may be given once a topic (an address) or with all of them (a form).</summary>
    public static IReadOnlyList<string> Read(StringValues values) =>
        [.. values.SelectMany(value => (value ?? "").Split('\r', '\n')).Where(line => line.Length > 0)];

    public static string Write(IEnumerable<string> topics) => string.Join('\n', topics);
}
