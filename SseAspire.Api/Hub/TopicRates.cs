using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SseAspire.Api.Hub;

/// <summary>
/// How many events a second each topic carries, over about the last five seconds. Not thread-safe; the hub's lock
/// guards it.
/// </summary>
/// <remarks>
/// Topics are whatever publishers write, so only so many are counted at once. One that is busy is seen early, and
/// those that were seen once or twice make room each second.
/// </remarks>
internal sealed class TopicRates
{
    private const int MostTopics = 1_000;

    /// <summary>How much of a count is left a second later.</summary>
    private const double Kept = 0.8;

    /// <summary>Below this a count says nothing any more: an event is forgotten after a quarter of a minute.</summary>
    private const double Least = 0.04;

    private readonly Dictionary<string, double> _counts = new(StringComparer.Ordinal);

    /// <summary>The topics that are counted, each with its rate.</summary>
    public IEnumerable<(string Topic, double PerSecond)> All => _counts.Select(pair => (pair.Key, RateOf(pair.Value)));

    /// <summary>Counts an event. Allocates nothing for a topic that is counted already.</summary>
    public void Count(string topic)
    {
        ref var count = ref _counts.Count < MostTopics
            ? ref CollectionsMarshal.GetValueRefOrAddDefault(_counts, topic, out _)
            : ref CollectionsMarshal.GetValueRefOrNullRef(_counts, topic);
        if (!Unsafe.IsNullRef(ref count))
        {
            count++;
        }
    }

    /// <summary>A second is over.</summary>
    public void Tick()
    {
        var least = _counts.Count < MostTopics ? Least : 1;
        foreach (var topic in _counts.Keys)
        {
            ref var count = ref CollectionsMarshal.GetValueRefOrNullRef(_counts, topic);
            count *= Kept;
            if (count < least)
            {
                _counts.Remove(topic);
            }
        }
    }

    public double PerSecond(string topic) => RateOf(_counts.GetValueOrDefault(topic));

    // A steady rate adds up to this much of itself, seen right after a tick.
    private static double RateOf(double count) => count * (1 - Kept) / Kept;
}
