using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using SseAspire.Api.Tests;
using SseAspire.Testing;
using SseAspire.Testing.Otlp;

namespace SseAspire.Telemetry.Tests;

/// <summary>
/// An API and a producer that live through everything that the hub counts, so often as told here, until they are
/// stopped; and what the collector had of it.
/// </summary>
public sealed class KnownScenario : IAsyncLifetime
{
    public const string Topic = "known/events";

    private ObservedSystem? _system;

    /// <summary>What was told while all streams were open.</summary>
    internal IReadOnlyCollection<ReceivedMetric> WhileOpen { get; private set; } = [];

    /// <summary>What was told until the end.</summary>
    internal OtlpCollector Collector => _system!.Collector;

    /// <summary>How many bytes the poll was answered.</summary>
    public long PollBytes { get; private set; }

    public async ValueTask InitializeAsync()
    {
        _system = await ObservedSystem.StartAsync();
        await _system.StartPartAsync(
            "Producer", "p", ("Sources__Earthquakes__Enabled", "false"), ("Sources__Host__Interval", "00:00:00.200"), ("Log__Hub", "producer"));
        var api = await _system.StartApiAsync(
            // No pings: nobody answers them while the socket is not read, which may be long on a busy machine.
            "a", ("Hub__MaxConnections", "5"), ("Hub__WriteTimeout", "00:00:05"), ("Hub__Heartbeat", "01:00:00"));

        var ids = (await ObservedSystem.PublishAsync(api, Topic, ["0", "1"])).ToList();
        await UntilTheHubIsAtAsync(api, ids[^1]);
        var (streams, socket) = await ReadLiveAsync(api, ids);
        await ReplayAsync(api, ids[0]);
        await ConfirmAsync(api, ids[^1]);
        await RefuseAsync(api, streams);
        await _system.Collector.WaitForAsync("all of the scenario but its end", () =>
            Value("sse.connections.closed", "refused") == 1 && Value("sse.connections.closed", "client") == 3
            && Value("sse.connections.active", "sse") == 4 && Value("sse.replay.events", "window") == 18
            && Value("sse.browser.receipts", "implausible") == 1 && Value("sse.events.delivered", "poll") == 6
            && Value("sse.events.published", "host") > 0);
        WhileOpen = Collector.Metrics;

        using (await api.Client.PostAsync("/operations/drop", null))
        {
            await _system.Collector.WaitForAsync("the drop", () => Value("sse.connections.closed", "dropped") == 5);
        }

        foreach (var stream in streams)
        {
            await stream.DisposeAsync();
        }

        await socket.DisposeAsync();
        await FallBehindAsync(api);
        await using var last = await OpenStream.OpenAsync(api.Address, $"topic={Topic}");
        Assert.Equal(0, await api.StopAsync(TimeSpan.FromMinutes(1)));
        await _system.Collector.WaitForAsync("the end", () =>
            Value("sse.connections.closed", "drain") == 1 && Collector.Spans.Count(span => span.Name == "close stream") == 10);
    }

    public async ValueTask DisposeAsync()
    {
        if (_system is not null)
        {
            await _system.DisposeAsync();
        }
    }

    /// <summary>A stream that is opened now starts behind what was published.</summary>
    private static async Task UntilTheHubIsAtAsync(ServiceProcess api, string id)
    {
        while ((string?)(await api.Client.GetFromJsonAsync<JsonNode>("/stats?replica=self"))!["log"]!["position"] != id)
        {
            await Task.Delay(50);
        }
    }

    /// <summary>Three streams and a socket get five events, one after the other.</summary>
    private static async Task<(List<OpenStream> Streams, EventSocket Socket)> ReadLiveAsync(ServiceProcess api, List<string> ids)
    {
        var streams = new List<OpenStream>();
        for (var i = 0; i < 3; i++)
        {
            streams.Add(await OpenStream.OpenAsync(api.Address, $"topic={Topic}"));
        }

        var socket = await EventSocket.OpenAsync(api.Address, $"topic={Topic}");
        Assert.NotNull(await socket.NextAsync());
        for (var i = 0; i < 5; i++)
        {
            ids.AddRange(await ObservedSystem.PublishAsync(api, Topic, [$"live {i}"]));
            foreach (var stream in streams)
            {
                await stream.NextAsync();
            }

            await socket.NextEventAsync();
        }

        return (streams, socket);
    }

    /// <summary>Streams that begin with the oldest, resume after the first, and resume where nobody knows; two requests.</summary>
    private async Task ReplayAsync(ServiceProcess api, string first)
    {
        var left = 0;
        foreach (var (cursor, events) in ((string, int)[])[("earliest", 7), (first, 6), ("nobody-knows", 8)])
        {
            await using (var stream = await OpenStream.OpenAsync(api.Address, $"topic={Topic}&lastEventId={cursor}"))
            {
                Assert.Equal(events, (await stream.NextAsync(events)).Count);
            }

            // Until the hub has noticed that it left, its place is taken.
            left++;
            await Collector.WaitForAsync("a reader that left", () => Value("sse.connections.closed", "client") == left);
        }

        var cancellation = TestContext.Current.CancellationToken;
        PollBytes = (await api.Client.GetByteArrayAsync($"/events/poll?topic={Topic}&after={first}", cancellation)).Length;
        Assert.NotEmpty(await api.Client.GetByteArrayAsync($"/events/long-poll?topic={Topic}&after={first}", cancellation));
    }

    /// <summary>A browser's receipt of an event, one of an event that never was, and one that came before its event.</summary>
    private static async Task ConfirmAsync(ServiceProcess api, string id)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        using var answer = await api.Client.PostAsJsonAsync("/events/receipts", new
        {
            transport = "sse",
            // Its clock is an hour behind.
            clock = 3_600_000,
            receipts = new[]
            {
                new { id, at = now - 3_600_000 },
                new { id = "1-1", at = now - 3_600_000 },
                new { id, at = now - 7_200_000 },
            },
        });
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    /// <summary>One more stream than there are places.</summary>
    private static async Task RefuseAsync(ServiceProcess api, List<OpenStream> streams)
    {
        streams.Add(await OpenStream.OpenAsync(api.Address, $"topic={Topic}"));
        using var refused = await api.Client.GetAsync($"/events?topic={Topic}", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
    }

    /// <summary>A reader that takes nothing while megabytes come.</summary>
    private async Task FallBehindAsync(ServiceProcess api)
    {
        using var slow = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 8 * 1024 };
        await slow.ConnectAsync(IPAddress.Loopback, api.Address.Port);
        await slow.SendAsync(Encoding.ASCII.GetBytes($"GET /events?topic=slow HTTP/1.1\r\nHost: {api.Address.Authority}\r\n\r\n"));
        await slow.ReceiveAsync(new byte[16], SocketFlags.Peek);
        for (var i = 0; i < 20; i++)
        {
            await ObservedSystem.PublishAsync(api, "slow", Enumerable.Repeat(new string('x', 200_000), 5));
        }

        await Collector.WaitForAsync("a reader that is too slow", () => Value("sse.connections.closed", "slow") == 1);
    }

    /// <summary>The sum of an instrument's series that have an attribute of this value.</summary>
    private double Value(string instrument, string attribute) =>
        Collector.Metrics.Where(metric => metric.Name == instrument && metric.Attributes.Values.Contains(attribute)).Sum(metric => metric.Value);
}

/// <summary>The tests that look at what came of it.</summary>
[CollectionDefinition(nameof(KnownScenario))]
public sealed class KnownScenarioGroup : ICollectionFixture<KnownScenario>;
