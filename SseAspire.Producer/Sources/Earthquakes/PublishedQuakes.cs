using SseAspire.Broker;
using EventId = SseAspire.Broker.EventId;

namespace SseAspire.Producer.Sources;

/// <summary>
/// Which earthquakes have been published. An earthquake is published once, as it is first seen: the USGS
/// goes on correcting magnitude and place for weeks, but an event is a fact of its moment and its own id
/// leads to one place in the log. Whoever wants the latest figures finds them at its <c>url</c>.
/// </summary>
internal sealed class PublishedQuakes(EventLog log, TimeProvider time)
{
    // An earthquake may leave the feed and come back, when its time or its network is corrected.
    private static readonly TimeSpan Memory = TimeSpan.FromDays(1);

    /// <summary>About how many bytes of the log are read at once.</summary>
    private const long MaxReadBytes = 1 << 20;

    private static readonly TimeSpan RecallRetry = TimeSpan.FromSeconds(1);

    /// <summary>By id, the timestamp when it was last in the feed.</summary>
    private readonly Dictionary<string, long> _seen = [];
    private bool _recalled;

    /// <summary>
    /// Recalls what a producer before this one has published of these: it may have been restarted within
    /// the time that the feed covers. Only the first call asks the log, and waits for it while it is away.
    /// </summary>
    public async Task RecallAsync(IReadOnlyList<UsgsQuake> quakes, CancellationToken cancellationToken)
    {
        // No earthquake was published before it happened, so the log need not be read further back.
        while (!_recalled && quakes.Count > 0)
        {
            try
            {
                await RecallAsync(new DateTimeOffset(quakes[0].Earthquake.OccurredAt), cancellationToken);
                _recalled = true;
            }
            catch (BrokerUnavailableException)
            {
                await Task.Delay(RecallRetry, time, cancellationToken);
            }
        }
    }

    /// <summary>Whether this earthquake is new, under any of its ids; from now on it is not.</summary>
    public bool Add(UsgsQuake quake)
    {
        var isNew = !quake.Ids.Any(_seen.ContainsKey);
        foreach (var id in quake.Ids)
        {
            _seen[id] = time.GetTimestamp();
        }

        return isNew;
    }

    /// <summary>Forgets what has not been in the feed for long.</summary>
    public void Forget()
    {
        foreach (var (id, seen) in _seen)
        {
            if (time.GetElapsedTime(seen) > Memory)
            {
                _seen.Remove(id);
            }
        }
    }

    private async Task RecallAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        EventId? before = null;
        IReadOnlyList<LogEntry> entries;
        var size = new ReadSize(MaxReadBytes);
        int count;
        do
        {
            count = size.Count;
            entries = await log.ReadBeforeAsync(before, count, cancellationToken);
            size.Learn(entries);
            foreach (var entry in entries)
            {
                if (entry.Event.Id is { } id && entry.Event.Topics is [EarthquakeSource.Topic, ..])
                {
                    _seen[id] = time.GetTimestamp();
                }

                before = entry.Id;
            }
        }
        // Not the last alone: it may hold no event, and so no time.
        while (entries.Count == count && entries.Any(entry => entry.Event.At >= since));
    }
}
