using SseAspire.Testing.Otlp;

namespace SseAspire.Benchmarks.Servers;

/// <summary>
/// The hub with telemetry on: metrics, every span and the logs go to a collector in this process, as often as the
/// Aspire dashboard has it, once a second.
/// </summary>
internal sealed class ObservedHubServer : HubServer
{
    private readonly OtlpCollector _collector;

    public ObservedHubServer()
        : this(OtlpCollector.StartAsync().GetAwaiter().GetResult())
    {
    }

    private ObservedHubServer(OtlpCollector collector)
        : base(
        [
            .. collector.SettingsFor("hub", "1"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "1000"),
            ("OTEL_BSP_SCHEDULE_DELAY", "1000"),
            ("OTEL_BLRP_SCHEDULE_DELAY", "1000"),
            ("OTEL_TRACES_SAMPLER", "always_on"),
        ]) => _collector = collector;

    public override void Dispose()
    {
        base.Dispose();
        var received = _collector.Metrics.Any(metric => metric.Name == "sse.events.delivered" && metric.Value > 0)
            && _collector.Spans.Any(span => span.Name.StartsWith("deliver ", StringComparison.Ordinal));
        _collector.DisposeAsync().AsTask().GetAwaiter().GetResult();
        if (!received)
        {
            // What was measured is then a hub without telemetry.
            throw new BenchmarkException("The collector has received no deliveries.");
        }
    }
}
