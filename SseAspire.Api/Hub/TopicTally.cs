namespace SseAspire.Api.Hub;

/// <summary>
/// What is asked for and what is published, by topic, for the hub's statistics. Not thread-safe; the hub's lock
/// guards it.
/// </summary>
internal sealed class TopicTally(TopicIndex index)
{
    private readonly Dictionary<string, int> _askedFor = new(StringComparer.Ordinal);
    private readonly TopicRates _rates = new();
    private readonly List<SubscriptionGroup> _found = [];

    /// <summary>Somebody reads these.</summary>
    public void Subscribed(Selection selection)
    {
        foreach (var selector in selection.All)
        {
            _askedFor[selector] = _askedFor.GetValueOrDefault(selector) + 1;
        }
    }

    /// <summary>Somebody no longer reads these.</summary>
    public void Unsubscribed(Selection selection)
    {
        foreach (var selector in selection.All)
        {
            if (--_askedFor[selector] == 0)
            {
                _askedFor.Remove(selector);
            }
        }
    }

    /// <summary>An event has come.</summary>
    public void Published(string topic) => _rates.Count(topic);

    /// <summary>A second is over.</summary>
    public void Tick() => _rates.Tick();

    /// <summary>The topics and patterns that most readers name, at most so many, in no order.</summary>
    public IReadOnlyDictionary<string, long> ReadAskedFor(int most) =>
        Most(_askedFor.Select(pair => (pair.Key, (double)pair.Value)), most).ToDictionary(topic => topic, topic => (long)_askedFor[topic]);

    /// <summary>What is busiest, at most so many of those asked for and of those published on, in no order.</summary>
    public IReadOnlyList<TopicFigures> ReadBusiest(int most) =>
        [.. Most(_askedFor.Select(pair => (pair.Key, (double)pair.Value)), most)
            .Union(Most(_rates.All, most), StringComparer.Ordinal)
            .Select(topic => TopicSelector.IsPattern(topic)
                ? new TopicFigures(topic, _askedFor.GetValueOrDefault(topic), RateOfPattern(topic))
                : new TopicFigures(topic, ReadersOf(topic), _rates.PerSecond(topic)))];

    private double RateOfPattern(string pattern) =>
        _rates.All.Where(one => TopicSelector.Matches(pattern, one.Topic)).Sum(one => one.PerSecond);

    private int ReadersOf(string topic)
    {
        _found.Clear();
        index.Find(topic, _found);
        return _found.Distinct().Sum(group => group.Count);
    }

    /// <summary>Those with the greatest weights, without sorting the rest, which may be many.</summary>
    private static IEnumerable<string> Most(IEnumerable<(string Topic, double Weight)> topics, int most)
    {
        var kept = new PriorityQueue<string, double>(most + 1);
        foreach (var (topic, weight) in topics)
        {
            if (kept.Count < most)
            {
                kept.Enqueue(topic, weight);
            }
            else if (kept.TryPeek(out _, out var least) && weight > least)
            {
                kept.DequeueEnqueue(topic, weight);
            }
        }

        return kept.UnorderedItems.Select(item => item.Element);
    }
}
