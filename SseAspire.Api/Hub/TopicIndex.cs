using SseAspire.Broker;

namespace SseAspire.Api.Hub;

/// <summary>
/// Finds the groups that want an event: exact topics by hash, patterns by their levels, never by asking
/// every group. Not thread-safe; the hub's lock guards it.
/// </summary>
internal sealed class TopicIndex
{
    private readonly Dictionary<string, List<SubscriptionGroup>> _topics = new(StringComparer.Ordinal);
    private readonly Level _patterns = new();

    public void Add(SubscriptionGroup group)
    {
        foreach (var topic in group.Selection.Topics)
        {
            if (!_topics.TryGetValue(topic, out var groups))
            {
                _topics.Add(topic, groups = []);
            }

            groups.Add(group);
        }

        foreach (var pattern in group.Selection.Patterns)
        {
            _patterns.Add(pattern.Split('/'), group);
        }
    }

    public void Remove(SubscriptionGroup group)
    {
        foreach (var topic in group.Selection.Topics)
        {
            var groups = _topics[topic];
            groups.Remove(group);
            if (groups.Count == 0)
            {
                _topics.Remove(topic);
            }
        }

        foreach (var pattern in group.Selection.Patterns)
        {
            _patterns.Remove(pattern.Split('/'), group);
        }
    }

    /// <summary>Adds the groups that want the event. One that wants it for two reasons may come twice.</summary>
    public void Find(Event @event, List<SubscriptionGroup> found)
    {
        foreach (var topic in @event.Topics)
        {
            Find(topic, found);
        }
    }

    /// <summary>Adds the groups that want a topic's events. One that wants them for two reasons may come twice.</summary>
    public void Find(string topic, List<SubscriptionGroup> found)
    {
        if (_topics.TryGetValue(topic, out var groups))
        {
            found.AddRange(groups);
        }

        _patterns.Find(topic, found);
    }

    /// <summary>A level of the patterns, and below it what may follow.</summary>
    private sealed class Level
    {
        private readonly Dictionary<string, Level> _below = new(StringComparer.Ordinal);
        private readonly List<SubscriptionGroup> _endHere = [];
        private readonly List<SubscriptionGroup> _anyDepth = [];

        private bool IsEmpty => _below.Count == 0 && _endHere.Count == 0 && _anyDepth.Count == 0;

        public void Add(ReadOnlySpan<string> levels, SubscriptionGroup group)
        {
            switch (levels)
            {
                case []:
                    _endHere.Add(group);
                    break;
                case [TopicSelector.AnyDepth]:
                    _anyDepth.Add(group);
                    break;
                case [var level, .. var rest]:
                    if (!_below.TryGetValue(level, out var below))
                    {
                        _below.Add(level, below = new Level());
                    }

                    below.Add(rest, group);
                    break;
            }
        }

        public void Remove(ReadOnlySpan<string> levels, SubscriptionGroup group)
        {
            switch (levels)
            {
                case []:
                    _endHere.Remove(group);
                    break;
                case [TopicSelector.AnyDepth]:
                    _anyDepth.Remove(group);
                    break;
                case [var level, .. var rest]:
                    _below[level].Remove(rest, group);
                    if (_below[level].IsEmpty)
                    {
                        _below.Remove(level);
                    }

                    break;
            }
        }

        public void Find(ReadOnlySpan<char> topic, List<SubscriptionGroup> found)
        {
            found.AddRange(_anyDepth);
            if (_below.Count == 0)
            {
                return;
            }

            var slash = topic.IndexOf('/');
            Follow(_below.GetAlternateLookup<ReadOnlySpan<char>>(), slash < 0 ? topic : topic[..slash], topic, slash, found);
            Follow(_below.GetAlternateLookup<ReadOnlySpan<char>>(), TopicSelector.AnyLevel, topic, slash, found);
        }

        private static void Follow(
            Dictionary<string, Level>.AlternateLookup<ReadOnlySpan<char>> below,
            ReadOnlySpan<char> level, ReadOnlySpan<char> topic, int slash, List<SubscriptionGroup> found)
        {
            if (!below.TryGetValue(level, out var next))
            {
                return;
            }

            if (slash < 0)
            {
                found.AddRange(next._endHere);
            }
            else
            {
                next.Find(topic[(slash + 1)..], found);
            }
        }
    }
}
