using SseAspire.Api.Hub;

namespace SseAspire.Api.Operations;

/// <summary>What one replica of the API is doing, as it tells the others: counts, which can be added up.</summary>
/// <param name="Id">Its own, of this life of its.</param>
/// <param name="Name">Where it runs: host and port.</param>
/// <param name="Started">Since when.</param>
/// <param name="At">When it told this, by its clock: never the same twice.</param>
/// <param name="Draining">Whether it is about to stop.</param>
/// <param name="Connections">The streams that are open, by transport.</param>
/// <param name="Opened">How many were opened since it started.</param>
/// <param name="Closed">How many ended or were refused since then, by reason.</param>
/// <param name="Behind">Its readers that are behind.</param>
/// <param name="AskedFor">How many readers name a topic or pattern: those that most do.</param>
/// <param name="Topics">Its busiest topics and patterns.</param>
/// <param name="Published">Events that came over HTTP and were appended by it since it started.</param>
/// <param name="Received">Events that it has read from the log since then.</param>
/// <param name="Delivered">Events that it has written to readers since then.</param>
/// <param name="BytesSent">What they took, in bytes.</param>
/// <param name="Gaps">Gaps that its readers were told of since then.</param>
/// <param name="Rates">Its last second.</param>
/// <param name="Position">The last place of the log that it has come to.</param>
/// <param name="LagSeconds">How long the last event took from its publisher to it.</param>
/// <param name="Window">The newest events, which it keeps in memory.</param>
internal sealed record ReplicaFigures(
    string Id,
    string Name,
    DateTimeOffset Started,
    DateTimeOffset At,
    bool Draining,
    IReadOnlyDictionary<string, long> Connections,
    long Opened,
    IReadOnlyDictionary<string, long> Closed,
    BehindFigures Behind,
    IReadOnlyDictionary<string, long> AskedFor,
    IReadOnlyList<TopicFigures> Topics,
    long Published,
    long Received,
    long Delivered,
    long BytesSent,
    long Gaps,
    RateFigures Rates,
    string Position,
    double LagSeconds,
    WindowFigures Window);

/// <summary>What one second brought.</summary>
/// <param name="Received">Events read from the log, a second.</param>
/// <param name="Delivered">Events written to readers, a second.</param>
/// <param name="Bytes">Bytes written to readers, a second.</param>
/// <param name="Latencies">How many writes took how long: the counts of the <see cref="Telemetry.LatencyHistogram"/> that are not 0, by bucket.</param>
internal sealed record RateFigures(double Received, double Delivered, double Bytes, IReadOnlyDictionary<int, long> Latencies);

/// <summary>A window of the newest events.</summary>
/// <param name="Events">How many it holds.</param>
/// <param name="Bytes">What they weigh.</param>
/// <param name="First">The oldest one's place, or null where there is none.</param>
/// <param name="MaxEvents">How many it may hold.</param>
/// <param name="MaxBytes">How much they may weigh.</param>
internal sealed record WindowFigures(int Events, long Bytes, string? First, int MaxEvents, long MaxBytes);
