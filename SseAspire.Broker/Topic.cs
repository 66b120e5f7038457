using System.Text;

namespace SseAspire.Broker;

/// <summary>
/// What an event is about: levels separated by slashes, such as <c>news/earthquakes</c>. UTF-8, at most
/// <see cref="MaxBytes"/> bytes and <see cref="MaxLevels"/> levels, no control characters.
/// </summary>
/// <remarks>
/// <c>*</c> belongs to patterns (see the API's topic selectors), so a level of a topic is never a bare
/// <c>*</c> or <c>**</c>: it could not be told from a pattern when somebody subscribes to it.
/// </remarks>
public static class Topic
{
    /// <summary>The longest topic or pattern, in bytes of UTF-8.</summary>
    public const int MaxBytes = 256;

    /// <summary>The most levels of a topic or pattern.</summary>
    public const int MaxLevels = 16;

    /// <summary>What is wrong with the number of levels of a topic or pattern, or null where it is right.</summary>
    public static string? RefuseDepth(string selector) =>
        selector.AsSpan().Count('/') >= MaxLevels ? $"has more than {MaxLevels} levels" : null;

    /// <summary>What is wrong with the topic an event is published under, or null where it is right.</summary>
    public static string? Refuse(string topic)
    {
        if (RefuseSelector(topic) is { } reason)
        {
            return reason;
        }

        foreach (var level in topic.AsSpan().Split('/'))
        {
            if (topic.AsSpan()[level] is "*" or "**")
            {
                return "has a level that is a wildcard; publish to an exact topic";
            }
        }

        return null;
    }

    /// <summary>What is wrong with a topic or a pattern of topics, or null where it is right.</summary>
    public static string? RefuseSelector(string selector)
    {
        if (selector.Length == 0)
        {
            return "is empty";
        }

        if (selector.Length > MaxBytes || Encoding.UTF8.GetByteCount(selector) > MaxBytes)
        {
            return $"is longer than {MaxBytes} bytes";
        }

        foreach (var rune in selector.EnumerateRunes())
        {
            // A lone surrogate reads as U+FFFD; sent on it would name another topic than the one meant.
            if (Rune.IsControl(rune) || rune == Rune.ReplacementChar)
            {
                return "has a control character or is not valid UTF-8";
            }
        }

        return null;
    }
}
