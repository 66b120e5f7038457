using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using SseAspire.Api.Tests;
using SseAspire.Testing;
using SseAspire.Testing.Otlp;

namespace SseAspire.Telemetry.Tests;

/// <summary>The metrics of a replica that drains and starts again in the same process.</summary>
public sealed class RestartTests
{
    private const string Topic = "restarted/events";

    private static readonly string[] Transports = ["sse", "websocket", "long_poll"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 180_000)]
    public async Task The_active_streams_match_the_statistics_and_no_counter_falls_when_the_host_restarts_in_its_process()
    {
        await using var system = await ObservedSystem.StartAsync();
        await using var api = await system.StartApiAsync("a", ("Hub__DrainTime", "00:00:00.500"));
        var process = api.Process.Id;

        for (var life = 1; life <= 3; life++)
        {
            var stats = await MatchAsync(system, api, [0, 0, 0]);
            // The statistics cover this life of the replica only.
            Assert.Equal((0, 0, 0), ((int)stats["connections"]!["opened"]!, (int)stats["events"]!["delivered"]!, (int)stats["bytes"]!["sent"]!));
            var streams = new List<OpenStream>();
            for (var i = 0; i < 3; i++)
            {
                streams.Add(await OpenStream.OpenAsync(api.Address, $"topic={Topic}"));
            }

            await using var socket = await EventSocket.OpenAsync(api.Address, $"topic={Topic}");
            Assert.NotNull(await socket.NextAsync());
            var held = api.Client.GetAsync($"/events/long-poll?topic={Topic}/none&wait=20", Cancellation);
            await MatchAsync(system, api, [3, 1, 1]);

            await streams[0].DisposeAsync();
            await MatchAsync(system, api, [2, 1, 1]);

            var id = (await ObservedSystem.PublishAsync(api, Topic, Enumerable.Repeat("an event", 20 / life)))[^1];
            await streams[1].NextAsync(20 / life);
            await ConfirmAsync(api, id);
            await system.Collector.WaitForAsync("this life's figures", () =>
                Sum(system, "sse.events.published") == Enumerable.Range(1, life).Sum(each => 20 / each)
                && Sum(system, "sse.browser.receipts") == life);

            using (var answer = await api.Client.PostAsync("/operations/drain", null, Cancellation))
            {
                Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
            }

            (await held).Dispose();
            await socket.EndAsync();
            await api.RestartedAsync(life, Cancellation);
            foreach (var stream in streams.Skip(1))
            {
                await stream.DisposeAsync();
            }
        }

        await MatchAsync(system, api, [0, 0, 0]);
        Assert.Equal(process, api.Process.Id);
        Assert.Equal(0, await api.StopAsync(TimeSpan.FromSeconds(30)));

        // The runtime reports the length of a queue as a counter; it belongs to the process anyway.
        Assert.DoesNotContain(system.Collector.Falls, fall => !fall.Contains("|System.Runtime|", StringComparison.Ordinal));
        // Three lives of five streams and one held request, each of which was opened and closed once.
        Assert.Equal(15, Sum(system, "sse.connections.opened"));
        Assert.Equal(15, Sum(system, "sse.connections.closed"));
        Assert.Equal(15, system.Collector.Metrics.Where(metric => metric.Name == "sse.connection.duration").Sum(metric => metric.Count));
    }

    /// <summary>Waits until the exported values are the expected ones, and checks that <c>/stats</c> reports the same.</summary>
    private static async Task<JsonNode> MatchAsync(ObservedSystem system, ServiceProcess api, double[] expected)
    {
        await system.Collector.WaitForAsync($"{string.Join(", ", expected)} active streams", () => expected.SequenceEqual(
            Transports.Select(transport => system.Collector.Metrics
                .SingleOrDefault(metric => metric.Name == "sse.connections.active" && metric.Attributes["transport"] == transport)
                ?.Value ?? -1)));
        var stats = await api.Client.GetFromJsonAsync<JsonNode>("/stats?replica=self", Cancellation);
        Assert.Equal(expected, Transports.Select(transport => (double)stats!["connections"]!["byTransport"]![transport]!));
        return stats!;
    }

    private static double Sum(ObservedSystem system, string instrument) =>
        system.Collector.Metrics.Where(metric => metric.Name == instrument).Sum(metric => metric.Value);

    private static async Task ConfirmAsync(ServiceProcess api, string id)
    {
        using var answer = await api.Client.PostAsJsonAsync(
            "/events/receipts",
            new { transport = "sse", clock = 0, receipts = new[] { new { id, at = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() } } },
            Cancellation);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }
}
