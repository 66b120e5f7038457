using SseAspire.Broker;

namespace SseAspire.Api.Hub;

/// <summary>
/// The events that a subscription wants: those of any of its topics or patterns. Equal whatever the order
/// and repetition in which they were asked for, so that equal subscriptions share one group.
/// </summary>
internal sealed class Selection : IEquatable<Selection>
{
    private readonly HashSet<string> _topics;
    private readonly string _key;

    /// <summary>Makes a selection of selectors that <see cref="TopicSelector.Refuse"/> found right.</summary>
    public Selection(IEnumerable<string> selectors)
    {
        string[] distinct = [.. new SortedSet<string>(selectors, StringComparer.Ordinal)];
        Patterns = Array.FindAll(distinct, TopicSelector.IsPattern);
        _topics = [.. distinct.Where(selector => !TopicSelector.IsPattern(selector))];
        // No selector has a control character, so this joins them without ambiguity.
        _key = string.Join('\n', distinct);
    }

    /// <summary>Every topic and pattern.</summary>
    public IEnumerable<string> All => _topics.Concat(Patterns);

    /// <summary>The exact topics.</summary>
    public IReadOnlyCollection<string> Topics => _topics;

    /// <summary>The patterns.</summary>
    public string[] Patterns { get; }

    public bool Matches(Event @event)
    {
        foreach (var topic in @event.Topics)
        {
            if (Matches(topic))
            {
                return true;
            }
        }

        return false;
    }

    public bool Matches(string topic)
    {
        if (_topics.Contains(topic))
        {
            return true;
        }

        foreach (var pattern in Patterns)
        {
            if (TopicSelector.Matches(pattern, topic))
            {
                return true;
            }
        }

        return false;
    }

    public bool Equals(Selection? other) => other is not null && _key == other._key;

    public override bool Equals(object? obj) => Equals(obj as Selection);

    public override int GetHashCode() => _key.GetHashCode(StringComparison.Ordinal);

    /// <summary>The selectors, for logs.</summary>
    public override string ToString() => _key.Replace('\n', ' ');
}
