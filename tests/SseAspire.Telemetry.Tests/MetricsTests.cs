using SseAspire.Testing.Otlp;

namespace SseAspire.Telemetry.Tests;

/// <summary>What a collector gets to see of the hub in numbers.</summary>
[Collection(nameof(KnownScenario))]
public sealed class MetricsTests(KnownScenario scenario)
{
    /// <summary>Every attribute, and all values that it may ever have.</summary>
    private static readonly Dictionary<string, string[]> Attributes = new()
    {
        ["transport"] = ["sse", "websocket", "long_poll", "poll"],
        ["reason"] = ["client", "slow", "lifetime", "drain", "dropped", "refused", "answered", "epoch", "trimmed"],
        ["source"] = ["http", "host", "earthquakes", "relay"],
        ["served_by"] = ["window", "log"],
        ["outcome"] = ["recorded", "unknown", "implausible"],
    };

    /// <summary>The instruments as docs and dashboards know them.</summary>
    private static readonly Instrument[] Instruments =
    [
        new("SseAspire.Hub", "sse.browser.latency", MetricKind.Histogram, "s", "transport"),
        new("SseAspire.Hub", "sse.browser.receipts", MetricKind.Counter, "{receipt}", "outcome"),
        new("SseAspire.Hub", "sse.bytes.sent", MetricKind.Counter, "By", "transport"),
        new("SseAspire.Hub", "sse.connection.duration", MetricKind.Histogram, "s", "reason transport"),
        new("SseAspire.Hub", "sse.connections.active", MetricKind.Gauge, "{connection}", "transport"),
        new("SseAspire.Hub", "sse.connections.closed", MetricKind.Counter, "{connection}", "reason transport"),
        new("SseAspire.Hub", "sse.connections.opened", MetricKind.Counter, "{connection}", "transport"),
        new("SseAspire.Hub", "sse.delivery.latency", MetricKind.Histogram, "s", "transport"),
        new("SseAspire.Hub", "sse.events.delivered", MetricKind.Counter, "{event}", "transport"),
        new("SseAspire.Hub", "sse.events.published", MetricKind.Counter, "{event}", "source"),
        new("SseAspire.Hub", "sse.gaps", MetricKind.Counter, "{gap}", "reason"),
        new("SseAspire.Hub", "sse.log.lag", MetricKind.Gauge, "s", ""),
        new("SseAspire.Hub", "sse.replay.events", MetricKind.Counter, "{event}", "served_by"),
        new("SseAspire.Hub", "sse.window.bytes", MetricKind.Gauge, "By", ""),
        new("SseAspire.Hub", "sse.window.events", MetricKind.Gauge, "{event}", ""),
        new("SseAspire.Producer", "sse.events.published", MetricKind.Counter, "{event}", "source"),
    ];

    [Fact]
    public void Every_instrument_has_its_name_kind_unit_and_attributes_and_there_is_no_other()
    {
        var received = Own()
            .Select(metric => new Instrument(
                metric.Meter, metric.Name, metric.Kind, metric.Unit, string.Join(' ', metric.Attributes.Keys.Order(StringComparer.Ordinal))))
            .Distinct()
            .OrderBy(instrument => $"{instrument.Meter} {instrument.Name}", StringComparer.Ordinal);

        Assert.Equal(Instruments, received);
    }

    [Fact]
    public void An_attribute_has_no_value_but_those_of_a_closed_set() =>
        Assert.All(
            Own().SelectMany(metric => metric.Attributes),
            attribute => Assert.Contains(attribute.Value, Attributes[attribute.Key]));

    [Theory]
    [InlineData("sse.events.published", "http", 7)]
    [InlineData("sse.connections.opened", "sse", 7)]
    [InlineData("sse.connections.opened", "websocket", 1)]
    [InlineData("sse.connections.opened", "long_poll", 1)]
    [InlineData("sse.connections.active", "sse", 4)]
    [InlineData("sse.connections.active", "websocket", 1)]
    [InlineData("sse.connections.active", "long_poll", 0)]
    [InlineData("sse.connections.closed", "client", 3)]
    [InlineData("sse.connections.closed", "refused", 1)]
    [InlineData("sse.connections.closed", "answered", 1)]
    // Three at the head get five each; three others seven, six and seven that were there before.
    [InlineData("sse.events.delivered", "sse", 35)]
    [InlineData("sse.events.delivered", "websocket", 5)]
    [InlineData("sse.events.delivered", "long_poll", 6)]
    [InlineData("sse.events.delivered", "poll", 6)]
    [InlineData("sse.replay.events", "window", 18)]
    [InlineData("sse.replay.events", "log", 14)]
    [InlineData("sse.gaps", "epoch", 1)]
    [InlineData("sse.browser.receipts", "recorded", 1)]
    [InlineData("sse.browser.receipts", "unknown", 1)]
    [InlineData("sse.browser.receipts", "implausible", 1)]
    public void What_was_counted_is_what_happened(string instrument, string attribute, int times) =>
        Assert.Equal(times, Find(scenario.WhileOpen, instrument, attribute).Sum(metric => metric.Value));

    [Theory]
    // One for each write: each came alone.
    [InlineData("sse.delivery.latency", "sse", 15)]
    [InlineData("sse.delivery.latency", "websocket", 5)]
    [InlineData("sse.connection.duration", "client", 3)]
    [InlineData("sse.connection.duration", "answered", 1)]
    [InlineData("sse.browser.latency", "sse", 1)]
    public void What_was_measured_was_measured_as_often_as_it_happened(string instrument, string attribute, int times)
    {
        var series = Assert.Single(Find(scenario.WhileOpen, instrument, attribute));

        Assert.Equal(times, series.Count);
        Assert.InRange(series.Value, 0, times * 60);
        // Boundaries for seconds: OpenTelemetry's own are for milliseconds.
        Assert.InRange(series.Bounds[0], 0.0001, 0.1);
    }

    [Fact]
    public void The_gauges_tell_what_the_window_holds_and_how_far_the_replica_is_behind()
    {
        Assert.Equal(7, Find(scenario.WhileOpen, "sse.window.events").Single().Value);
        Assert.InRange(Find(scenario.WhileOpen, "sse.window.bytes").Single().Value, 7 * 100, 7 * 1_000);
        Assert.InRange(Find(scenario.WhileOpen, "sse.log.lag").Single().Value, 0, 60);
    }

    [Fact]
    public void The_bytes_sent_are_those_that_readers_got() =>
        Assert.Equal(scenario.PollBytes, Find(scenario.WhileOpen, "sse.bytes.sent", "poll").Single().Value);

    [Theory]
    [InlineData("dropped", 5)]
    [InlineData("slow", 1)]
    [InlineData("drain", 1)]
    public void The_end_of_every_stream_is_counted_with_its_reason(string reason, int times)
    {
        Assert.Equal(times, Find(scenario.Collector.Metrics, "sse.connections.closed", reason).Sum(metric => metric.Value));
        Assert.Equal(times, Find(scenario.Collector.Metrics, "sse.connection.duration", reason).Sum(metric => metric.Count));
        Assert.All(Find(scenario.Collector.Metrics, "sse.connections.active"), metric => Assert.Equal(0, metric.Value));
    }

    [Fact]
    public void Streams_and_held_requests_are_no_request_durations()
    {
        var requests = scenario.Collector.Metrics
            .Where(metric => metric.Service == "Api" && metric.Name == "http.server.request.duration")
            .Select(metric => $"{metric.Attributes["http.request.method"]} {metric.Attributes.GetValueOrDefault("http.route")}")
            .ToHashSet();

        Assert.Contains("POST /events", requests);
        Assert.Contains("GET /events/poll", requests);
        Assert.DoesNotContain("GET /events", requests);
        Assert.DoesNotContain("GET /events/websocket", requests);
        Assert.DoesNotContain("GET /events/long-poll", requests);
    }

    private IEnumerable<ReceivedMetric> Own() =>
        scenario.Collector.Metrics.Where(metric => metric.Meter.StartsWith("SseAspire.", StringComparison.Ordinal));

    private static IEnumerable<ReceivedMetric> Find(IEnumerable<ReceivedMetric> metrics, string instrument, string? attribute = null) =>
        metrics.Where(metric => metric.Service == "Api" && metric.Name == instrument && (attribute is null || metric.Attributes.Values.Contains(attribute)));

    private sealed record Instrument(string Meter, string Name, MetricKind Kind, string Unit, string Attributes);
}
