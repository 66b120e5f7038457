using SseAspire.Api.Hub;
using SseAspire.Api.Telemetry;

namespace SseAspire.Api.Operations;

/// <summary>
/// <c>GET /stats</c>: what this replica is doing now: connections by transport and topic, events in and out per second,
/// delivery latency, lag.
/// </summary>
internal sealed class Stats(EventHub hub, EventWindow window, HubMetrics metrics, TimeProvider time) : BackgroundService
{
    private const int MostTopics = 20;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private Rates _rates = new(0, 0, 0, null, null);

    public IResult Serve() => Results.Json(new
    {
        connections = new
        {
            total = Enum.GetValues<Transport>().Sum(metrics.Active),
            byTransport = Enum.GetValues<Transport>().ToDictionary(HubMetrics.NameOf, metrics.Active),
            byTopic = hub.Subscriptions
                .SelectMany(subscription => subscription.Group.Selection.All)
                .CountBy(selector => selector)
                .OrderByDescending(pair => pair.Value)
                .ThenBy(pair => pair.Key, StringComparer.Ordinal)
                .Take(MostTopics)
                .ToDictionary(pair => pair.Key, pair => pair.Value),
            opened = metrics.Opened,
        },
        events = new
        {
            published = metrics.Published,
            received = metrics.Received,
            delivered = Delivered(),
            receivedPerSecond = _rates.Received,
            deliveredPerSecond = _rates.Delivered,
            gaps = metrics.Gaps,
        },
        bytes = new { sent = metrics.BytesSent, sentPerSecond = _rates.Bytes },
        latency = new { p50Seconds = _rates.P50, p99Seconds = _rates.P99 },
        log = new { position = hub.Position.ToString(), lagSeconds = metrics.Lag.TotalSeconds },
        window = new { events = window.Count, bytes = window.Bytes, first = window.First?.ToString() },
        draining = hub.IsDraining,
    });

    /// <summary>Takes the rates of each second.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        var (received, delivered, bytes, latencies) = (metrics.Received, Delivered(), metrics.BytesSent, metrics.Latency.Snapshot());
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var now = metrics.Latency.Snapshot();
            var second = now.Zip(latencies, (after, before) => after - before).ToArray();
            _rates = new Rates(
                metrics.Received - received, Delivered() - delivered, metrics.BytesSent - bytes,
                LatencyHistogram.Percentile(second, 0.5), LatencyHistogram.Percentile(second, 0.99));
            (received, delivered, bytes, latencies) = (metrics.Received, Delivered(), metrics.BytesSent, now);
        }
    }

    private long Delivered() => Enum.GetValues<Transport>().Sum(metrics.Delivered);

    private sealed record Rates(long Received, long Delivered, long Bytes, double? P50, double? P99);
}
