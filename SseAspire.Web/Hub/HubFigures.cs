namespace SseAspire.Web.Hub;

/// <summary>The answer of <c>GET /stats</c>: what the hub is doing, summed over its replicas.</summary>
/// <param name="At">When.</param>
/// <param name="Complete">Whether all replicas are in it: where their Redis is away, only the one that was asked is.</param>
internal sealed record HubFigures(
    DateTimeOffset At,
    bool Complete,
    IReadOnlyList<ReplicaFigures> Replicas,
    ConnectionFigures Connections,
    EventFigures Events,
    IReadOnlyList<TopicFigures> Topics,
    LatencyFigures Latency,
    LagFigures Log);

/// <summary>One replica.</summary>
/// <param name="Name">Host and port.</param>
internal sealed record ReplicaFigures(
    string Id, string Name, DateTimeOffset Started, long Streams, double DeliveredPerSecond, double LagSeconds, WindowFigures Window, bool Draining);

/// <summary>The newest events, which a replica keeps in memory.</summary>
internal sealed record WindowFigures(long Events, long Bytes, long MaxEvents, long MaxBytes)
{
    /// <summary>How full it is, a share of one: by count or by weight, whichever is nearer to its bound.</summary>
    public double Fill => Math.Max((double)Events / MaxEvents, (double)Bytes / MaxBytes);
}

/// <summary>The streams.</summary>
/// <param name="Closed">How many ended or were refused since the replicas started, by reason.</param>
/// <param name="Behind">Readers that are behind.</param>
internal sealed record ConnectionFigures(
    long Total, IReadOnlyDictionary<string, long> ByTransport, IReadOnlyDictionary<string, long> Closed, BehindFigures Behind);

/// <summary>Readers that are behind.</summary>
/// <param name="Events">How far the last of them is.</param>
internal sealed record BehindFigures(long Readers, long Events);

/// <summary>The events.</summary>
internal sealed record EventFigures(double ReceivedPerSecond, double DeliveredPerSecond, long Gaps);

/// <summary>A topic or pattern.</summary>
internal sealed record TopicFigures(string Topic, long Readers, double EventsPerSecond);

/// <summary>From publishing to writing; null where nothing was written in the last second.</summary>
internal sealed record LatencyFigures(double? P50Seconds, double? P99Seconds);

/// <summary>How far behind its publishers the hub is.</summary>
internal sealed record LagFigures(double LagSeconds);
