using SseAspire.Api.Hub;
using SseAspire.Api.Telemetry;
using SseAspire.Broker;

namespace SseAspire.Api.Operations;

/// <summary>
/// What the hub is doing: the figures of its replicas, added up. The document of <c>GET /stats</c>.
/// </summary>
/// <param name="At">When.</param>
/// <param name="Complete">Whether all replicas are in it. False where Redis is away: then it tells of the one that was asked.</param>
/// <param name="Replicas">Each of them, in the order in which they started.</param>
/// <param name="Connections">The streams.</param>
/// <param name="Events">The events.</param>
/// <param name="Topics">The busiest topics and patterns: those on which most is written come first.</param>
/// <param name="Bytes">What was written to readers.</param>
/// <param name="Latency">From publishing to writing, in the last second.</param>
/// <param name="Log">How far the replica is that has come furthest, and the greatest lag of any.</param>
/// <param name="Window">The shortest of the replicas' windows: what a reader finds in memory whichever it comes to.</param>
/// <param name="Draining">Whether any replica is about to stop.</param>
internal sealed record HubFigures(
    DateTimeOffset At,
    bool Complete,
    IReadOnlyList<ReplicaSummary> Replicas,
    ConnectionFigures Connections,
    EventFigures Events,
    IReadOnlyList<TopicFigures> Topics,
    ByteFigures Bytes,
    LatencyFigures Latency,
    LogFigures Log,
    WindowFigures Window,
    bool Draining)
{
    private const int MostTopics = 20;

    /// <summary>Adds up what replicas are doing, one at the least.</summary>
    public static HubFigures Of(IReadOnlyList<ReplicaFigures> replicas, bool complete, DateTimeOffset at) => new(
        at,
        complete,
        [.. replicas.OrderBy(one => one.Started).ThenBy(one => one.Id, StringComparer.Ordinal).Select(ReplicaSummary.Of)],
        new ConnectionFigures(
            replicas.Sum(one => one.Connections.Values.Sum()),
            Add(replicas.Select(one => one.Connections)),
            Add(replicas.Select(one => one.AskedFor))
                .OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).Take(MostTopics).ToDictionary(),
            replicas.Sum(one => one.Opened),
            Add(replicas.Select(one => one.Closed)),
            new BehindFigures(replicas.Sum(one => one.Behind.Readers), replicas.Max(one => one.Behind.Events))),
        new EventFigures(
            replicas.Sum(one => one.Published),
            // Each replica reads the whole log: an event that two have read is one event.
            replicas.Max(one => one.Received),
            replicas.Sum(one => one.Delivered),
            replicas.Max(one => one.Rates.Received),
            Math.Round(replicas.Sum(one => one.Rates.Delivered), 1),
            replicas.Sum(one => one.Gaps)),
        [.. replicas.SelectMany(one => one.Topics)
            .GroupBy(topic => topic.Topic, (topic, each) => AddUp(topic, [.. each]))
            .OrderByDescending(topic => topic.Readers * topic.EventsPerSecond)
            .ThenByDescending(topic => topic.Readers)
            .ThenByDescending(topic => topic.EventsPerSecond)
            .ThenBy(topic => topic.Topic, StringComparer.Ordinal)
            .Take(MostTopics)],
        new ByteFigures(replicas.Sum(one => one.BytesSent), Math.Round(replicas.Sum(one => one.Rates.Bytes), 1)),
        LatencyOf(replicas),
        new LogFigures(replicas.Max(one => PositionOf(one)).ToString(), replicas.Max(one => one.LagSeconds)),
        replicas.MinBy(one => one.Window.Events)!.Window,
        replicas.Any(one => one.Draining));

    private static Dictionary<string, long> Add(IEnumerable<IReadOnlyDictionary<string, long>> counts) =>
        counts.SelectMany(one => one).GroupBy(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Sum());

    private static TopicFigures AddUp(string topic, TopicFigures[] each) =>
        new(topic, each.Sum(one => one.Readers), Math.Round(each.Max(one => one.EventsPerSecond), 2));

    /// <summary>Percentiles cannot be added up; what they are taken of can.</summary>
    private static LatencyFigures LatencyOf(IReadOnlyList<ReplicaFigures> replicas)
    {
        var counts = new long[LatencyHistogram.Buckets];
        foreach (var (bucket, count) in replicas.SelectMany(one => one.Rates.Latencies))
        {
            counts[Math.Clamp(bucket, 0, counts.Length - 1)] += count;
        }

        return new LatencyFigures(LatencyHistogram.Percentile(counts, 0.5), LatencyHistogram.Percentile(counts, 0.99));
    }

    private static EventId PositionOf(ReplicaFigures replica) =>
        EventId.TryParse(replica.Position, out var position) ? position : EventId.Earliest;
}

/// <summary>A replica in a line.</summary>
/// <param name="Id">Its own, of this life of its.</param>
/// <param name="Name">Where it runs: host and port.</param>
/// <param name="Started">Since when.</param>
/// <param name="Streams">How many streams are open at it.</param>
/// <param name="DeliveredPerSecond">How many events it wrote to readers in its last second.</param>
/// <param name="Position">The last place of the log that it has come to.</param>
/// <param name="LagSeconds">How long the last event took from its publisher to it.</param>
/// <param name="Window">Its newest events, in memory.</param>
/// <param name="Draining">Whether it is about to stop.</param>
internal sealed record ReplicaSummary(
    string Id,
    string Name,
    DateTimeOffset Started,
    long Streams,
    double DeliveredPerSecond,
    string Position,
    double LagSeconds,
    WindowFigures Window,
    bool Draining)
{
    public static ReplicaSummary Of(ReplicaFigures one) => new(
        one.Id, one.Name, one.Started, one.Connections.Values.Sum(), one.Rates.Delivered, one.Position, one.LagSeconds, one.Window, one.Draining);
}

/// <summary>The streams of the hub.</summary>
/// <param name="Total">How many are open.</param>
/// <param name="ByTransport">The same by transport.</param>
/// <param name="ByTopic">How many readers name a topic or pattern: the twenty that most do.</param>
/// <param name="Opened">How many were opened since the replicas started.</param>
/// <param name="Closed">How many ended or were refused since then, by reason.</param>
/// <param name="Behind">Readers that are behind.</param>
internal sealed record ConnectionFigures(
    long Total,
    IReadOnlyDictionary<string, long> ByTransport,
    IReadOnlyDictionary<string, long> ByTopic,
    long Opened,
    IReadOnlyDictionary<string, long> Closed,
    BehindFigures Behind);

/// <summary>The events of the hub: counts since the replicas started, rates of the last second.</summary>
/// <param name="Published">Those that came over HTTP and were appended.</param>
/// <param name="Received">Those read from the log, each once, by the replica that has read most.</param>
/// <param name="Delivered">Those written to readers, each once a reader.</param>
/// <param name="ReceivedPerSecond">The rate of those read.</param>
/// <param name="DeliveredPerSecond">The rate of those written.</param>
/// <param name="Gaps">Gaps that readers were told of.</param>
internal sealed record EventFigures(
    long Published, long Received, long Delivered, double ReceivedPerSecond, double DeliveredPerSecond, long Gaps);

/// <summary>What was written to readers, in bytes of frames.</summary>
/// <param name="Sent">Since the replicas started.</param>
/// <param name="SentPerSecond">In the last second.</param>
internal sealed record ByteFigures(long Sent, double SentPerSecond);

/// <summary>How long events took from their publisher to being written, in seconds; null where none was.</summary>
/// <param name="P50Seconds">The half took at most this long.</param>
/// <param name="P99Seconds">All but one in a hundred took at most this long.</param>
internal sealed record LatencyFigures(double? P50Seconds, double? P99Seconds);

/// <summary>The log, as the replicas follow it.</summary>
/// <param name="Position">The last place that one has come to.</param>
/// <param name="LagSeconds">How long the last event took from its publisher to a replica, at the worst of them.</param>
internal sealed record LogFigures(string Position, double LagSeconds);
