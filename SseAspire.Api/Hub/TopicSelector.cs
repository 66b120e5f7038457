using SseAspire.Broker;

namespace SseAspire.Api.Hub;

/// <summary>
/// What a subscriber asks for: an exact topic, or a pattern in which a level <c>*</c> stands for any one
/// level and a last level <c>**</c> for one or more levels.
/// </summary>
internal static class TopicSelector
{
    public const string AnyLevel = "*";
    public const string AnyDepth = "**";

    /// <summary>
    /// The most levels of a pattern that are <c>*</c>. Each doubles the patterns that match one topic: with this bound, and
    /// that of a topic's levels, an event is looked up in at most 10,000 steps, whatever the number of subscriptions.
    /// </summary>
    public const int MaxAnyLevels = 4;

    /// <summary>What is wrong with a selector, or null where it is right.</summary>
    public static string? Refuse(string selector)
    {
        if ((Topic.RefuseSelector(selector) ?? Topic.RefuseDepth(selector)) is { } reason)
        {
            return reason;
        }

        var levels = selector.Split('/');
        return levels.AsSpan(0, levels.Length - 1).Contains(AnyDepth) ? "has '**' before its last level"
            : levels.AsSpan().Count(AnyLevel) > MaxAnyLevels ? $"has more than {MaxAnyLevels} levels that are '*'"
            : null;
    }

    /// <summary>Whether the selector is a pattern, not an exact topic.</summary>
    public static bool IsPattern(string selector) =>
        selector.Contains('*') && selector.Split('/').Any(level => level is AnyLevel or AnyDepth);

    /// <summary>Whether a topic matches a pattern.</summary>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> topic)
    {
        while (true)
        {
            var patternLevel = NextLevel(ref pattern, out var patternEnds);
            if (patternLevel is AnyDepth && patternEnds)
            {
                return true;
            }

            var topicLevel = NextLevel(ref topic, out var topicEnds);
            if (patternLevel is not AnyLevel && !patternLevel.SequenceEqual(topicLevel))
            {
                return false;
            }

            if (patternEnds || topicEnds)
            {
                return patternEnds && topicEnds;
            }
        }
    }

    private static ReadOnlySpan<char> NextLevel(ref ReadOnlySpan<char> rest, out bool ends)
    {
        var slash = rest.IndexOf('/');
        ends = slash < 0;
        var level = ends ? rest : rest[..slash];
        rest = ends ? [] : rest[(slash + 1)..];
        return level;
    }
}
