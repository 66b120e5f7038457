using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
using SseAspire.Api.Hub;
using SseAspire.Api.Telemetry;

namespace SseAspire.Api.Operations;

/// <summary>
/// Takes the figures of this replica: counts as they stand when they are asked for, rates and topics once a second.
/// </summary>
internal sealed class ReplicaObserver(
    EventHub hub, EventWindow window, HubMetrics metrics, IOptions<HubOptions> options, IServer server, TimeProvider time)
    : BackgroundService
{
    /// <summary>How many topics a replica tells of, of each kind: more would weigh on every second of every replica.</summary>
    private const int MostTopics = 50;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly DateTimeOffset _started = time.GetUtcNow();
    private Second _last = new(new RateFigures(0, 0, 0, new Dictionary<int, long>()), new Dictionary<string, long>(), []);

    /// <summary>Tells this replica, in this life of its, from all others.</summary>
    public string Id { get; } = Guid.NewGuid().ToString("N");

    /// <summary>The figures as they stand now.</summary>
    public ReplicaFigures Observe()
    {
        var last = Volatile.Read(ref _last);
        return new ReplicaFigures(
            Id,
            Name,
            _started,
            time.GetUtcNow(),
            hub.IsDraining,
            Enum.GetValues<Transport>().ToDictionary(HubMetrics.NameOf, hub.CountStreams),
            metrics.Opened,
            Enum.GetValues<CloseReason>().ToDictionary(HubMetrics.NameOf, metrics.Closed).Append(new("refused", metrics.Refused)).ToDictionary(),
            hub.Behind,
            last.AskedFor,
            last.Topics,
            metrics.Published,
            metrics.Received,
            Delivered(),
            metrics.BytesSent,
            metrics.Gaps,
            last.Rates,
            hub.Position.ToString(),
            metrics.Lag.TotalSeconds,
            new WindowFigures(window.Count, window.Bytes, window.First?.ToString(), options.Value.WindowEvents, options.Value.WindowBytes));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        var before = Total();
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var now = Total();
            var (askedFor, topics) = hub.ReadTopics(MostTopics);
            Volatile.Write(ref _last, new Second(now.Since(before), askedFor, topics));
            before = now;
        }
    }

    private Totals Total() => new(
        time.GetTimestamp(), time.TimestampFrequency, metrics.Received, Delivered(), metrics.BytesSent, metrics.Latency.Snapshot());

    private long Delivered() => Enum.GetValues<Transport>().Sum(metrics.Delivered);

    /// <summary>How this replica is called where there are several: the machine, in a container its name, and the port, once it listens.</summary>
    public string Name =>
        server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() is { } address
            ? $"{Environment.MachineName}:{BindingAddress.Parse(address).Port}"
            : Environment.MachineName;

    private sealed record Second(RateFigures Rates, IReadOnlyDictionary<string, long> AskedFor, IReadOnlyList<TopicFigures> Topics);

    private sealed record Totals(long At, long Frequency, long Received, long Delivered, long Bytes, long[] Latencies)
    {
        public RateFigures Since(Totals before)
        {
            // A busy machine's timer comes late.
            var seconds = (At - before.At) / (double)Frequency;
            return new RateFigures(
                Math.Round((Received - before.Received) / seconds, 1),
                Math.Round((Delivered - before.Delivered) / seconds, 1),
                Math.Round((Bytes - before.Bytes) / seconds, 1),
                Latencies.Zip(before.Latencies, (after, earlier) => after - earlier)
                    .Index().Where(bucket => bucket.Item > 0).ToDictionary(bucket => bucket.Index, bucket => bucket.Item));
        }
    }
}
