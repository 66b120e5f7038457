using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using SseAspire.Api.Tests;

namespace SseAspire.Telemetry.Tests;

/// <summary>What a service does with its telemetry when it stops.</summary>
public sealed class ShutdownTests
{
    private const string Topic = "shutdown/events";
    private const int Events = 30;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Api", "grpc")]
    [InlineData("Api", "http/protobuf")]
    [InlineData("Producer", "grpc")]
    [InlineData("Web", "grpc")]
    public async Task A_collector_that_does_not_answer_holds_up_the_end_of_a_service_for_a_few_seconds_at_most(string part, string protocol)
    {
        await using var system = await ObservedSystem.StartAsync();
        // Connections stay in the backlog: accepted by the kernel, answered by nobody.
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start(backlog: 100);
        await using var service = await system.StartPartAsync(
            part, part,
            ("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://{silent.LocalEndpoint}"), ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol),
            ("Sources__Earthquakes__Enabled", "false"));
        await Task.Delay(TimeSpan.FromSeconds(1), Cancellation);

        var stopping = Stopwatch.GetTimestamp();
        Assert.Equal(0, await service.StopAsync(TimeSpan.FromMinutes(1)));

        Assert.InRange(Stopwatch.GetElapsedTime(stopping).TotalSeconds, 0, 7);
    }

    [Fact]
    public async Task A_service_that_stops_exports_everything_that_it_has_not_exported_yet()
    {
        await using var system = await ObservedSystem.StartAsync();
        await using var api = await system.StartApiAsync(
            "a",
            ("OTEL_BSP_SCHEDULE_DELAY", "600000"), ("OTEL_BLRP_SCHEDULE_DELAY", "600000"), ("OTEL_METRIC_EXPORT_INTERVAL", "600000"));
        await using var stream = await OpenStream.OpenAsync(api.Address, $"topic={Topic}");
        var id = "";
        for (var i = 0; i < Events; i++)
        {
            id = (await ObservedSystem.PublishAsync(api, Topic, ["an event"]))[0];
        }

        await stream.NextAsync(Events);
        using (var answer = await api.Client.PostAsJsonAsync(
            "/events/receipts",
            new { transport = "sse", clock = 0, receipts = new[] { new { id, at = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() } } },
            Cancellation))
        {
            answer.EnsureSuccessStatusCode();
        }

        Assert.Equal(0, await api.StopAsync(TimeSpan.FromMinutes(1)));

        var spans = system.Collector.Spans.CountBy(span => span.Name).ToDictionary();
        Assert.Equal(Events, spans[$"publish {Topic}"]);
        Assert.Equal(Events, spans[$"deliver {Topic}"]);
        Assert.Equal(1, spans[$"receive {Topic}"]);
        Assert.Equal(1, spans["close stream"]);
        Assert.Contains(system.Collector.Logs, log => log.Event == "StreamClosed");
        Assert.Equal(Events, system.Collector.Metrics.Single(metric => metric.Name == "sse.events.published").Value);
        Assert.Equal(1, system.Collector.Metrics.Single(metric => metric.Name == "sse.connections.closed").Value);
        Assert.All(system.Collector.Metrics.Where(metric => metric.Name == "sse.connections.active"), metric => Assert.Equal(0, metric.Value));
    }
}
