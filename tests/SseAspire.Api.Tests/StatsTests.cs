using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using SseAspire.Testing;

namespace SseAspire.Api.Tests;

/// <summary><c>GET /stats</c>: one answer tells of the whole hub, whichever replica is asked.</summary>
public sealed class StatsTests(EmbeddedBroker broker) : IClassFixture<EmbeddedBroker>
{
    private readonly string _hub = $"stats-{Guid.NewGuid():N}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 180_000)]
    public async Task What_two_replicas_do_is_summed_and_each_is_told_of()
    {
        await using var one = await StartAsync(broker.ConnectionString);
        await using var other = await StartAsync(broker.ConnectionString);
        await using var first = await OpenStream.OpenAsync(one.Address, "topic=orders/7");
        await using var second = await OpenStream.OpenAsync(one.Address, "topic=orders/**");
        await using var third = await OpenStream.OpenAsync(other.Address, "topic=orders/7");
        await using var socket = await EventSocket.OpenAsync(other.Address, "topic=nothing");

        await UntilAsync(one, stats => Total(stats) == 4 && Replicas(stats).Count() == 2);
        await UntilAsync(other, stats => Total(stats) == 4 && Replicas(stats).Count() == 2);
        for (var n = 0; n < 30; n++)
        {
            await PublishAsync(one, "orders/7", $"{n}");
        }

        // What is known of topics comes a moment later than the counts, and fades again.
        var busy = await UntilAsync(other, stats =>
            (long)stats["events"]!["delivered"]! == 90
            && (int?)stats["connections"]!["byTopic"]!["orders/7"] == 2
            && (int?)TopicOf(stats, "orders/7")?["readers"] == 3
            && TopicOf(stats, "orders/**") is not null);

        Assert.True((bool)busy["complete"]!);
        Assert.Equal(3, (int)busy["connections"]!["byTransport"]!["sse"]!);
        Assert.Equal(1, (int)busy["connections"]!["byTransport"]!["websocket"]!);
        Assert.Equal(4, (int)busy["connections"]!["opened"]!);
        Assert.Equal(1, (int)busy["connections"]!["byTopic"]!["orders/**"]!);
        Assert.Equal(30, (int)busy["events"]!["published"]!);
        Assert.Equal(30, (int)busy["events"]!["received"]!);
        Assert.Equal(1, (int)TopicOf(busy, "orders/**")!["readers"]!);
        Assert.Equal(30, (int)busy["window"]!["events"]!);
        Assert.EndsWith("-29", (string?)busy["log"]!["position"], StringComparison.Ordinal);
        Assert.Equal([one.Address.Port, other.Address.Port], Replicas(busy).Select(replica => int.Parse(((string)replica["name"]!).Split(':')[1], CultureInfo.InvariantCulture)));
        Assert.Equal([2, 2], Replicas(busy).Select(replica => (int)replica["streams"]!));
        Assert.All(Replicas(busy), replica => Assert.False((bool)replica["draining"]!));

        var self = await ReadAsync(other, "?replica=self");
        Assert.Equal(1, (int)self["connections"]!["byTransport"]!["sse"]!);
        Assert.Equal(30, (int)self["events"]!["delivered"]!);
        Assert.Equal($"{other.Address.Port}", ((string)Assert.Single(Replicas(self))["name"]!).Split(':')[1]);
    }

    [Fact(Timeout = 180_000)]
    public async Task A_replica_that_is_killed_is_missed_soon_and_one_that_stops_is_gone_at_once()
    {
        await using var killed = await StartAsync(broker.ConnectionString);
        await using var stopped = await StartAsync(broker.ConnectionString);
        await using var stays = await StartAsync(broker.ConnectionString);
        await using var lost = await OpenStream.OpenAsync(killed.Address, "topic=x");
        await using var kept = await OpenStream.OpenAsync(stays.Address, "topic=x");
        await UntilAsync(stays, stats => Total(stats) == 2 && Replicas(stats).Count() == 3);

        await killed.KillAsync();
        await UntilAsync(stays, stats => Total(stats) == 1 && Replicas(stats).Count() == 2);

        Assert.Equal(0, await stopped.StopAsync(TimeSpan.FromSeconds(60)));
        var alone = await UntilAsync(stays, stats => Replicas(stats).Count() == 1);
        Assert.True((bool)alone["complete"]!);
        Assert.Equal(1, Total(alone));
    }

    [Fact(Timeout = 180_000)]
    public async Task While_Redis_is_away_a_replica_tells_its_own_figures_and_that_others_are_not_known()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        await using var redis = await RedisServer.LaunchAsync(cancellationToken: Cancellation);
        await using var one = await StartAsync(redis.ConnectionString);
        await using var other = await StartAsync(redis.ConnectionString);
        await using var mine = await OpenStream.OpenAsync(one.Address, "topic=x");
        await using var theirs = await OpenStream.OpenAsync(other.Address, "topic=x");
        await UntilAsync(one, stats => Total(stats) == 2 && (bool)stats["complete"]!);

        await redis.KillAsync();
        var away = await UntilAsync(one, stats => !(bool)stats["complete"]!);

        Assert.Equal(1, Total(away));
        Assert.Single(Replicas(away));
        await redis.StartAsync(Cancellation);
        await UntilAsync(one, stats => Total(stats) == 2 && (bool)stats["complete"]!);
    }

    [Fact(Timeout = 180_000)]
    public async Task Latency_is_that_of_all_replicas_writes()
    {
        await using var quiet = await StartAsync(broker.ConnectionString);
        await using var busy = await StartAsync(broker.ConnectionString);
        await using var reader = await OpenStream.OpenAsync(busy.Address, "topic=x");
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var publishing = PublishUntilAsync(busy, enough.Token);

        var stats = await UntilAsync(quiet, stats => stats["latency"]!["p99Seconds"] is not null);

        var (p50, p99) = ((double)stats["latency"]!["p50Seconds"]!, (double)stats["latency"]!["p99Seconds"]!);
        Assert.InRange(p50, 1e-6, p99);
        Assert.True((double)stats["events"]!["deliveredPerSecond"]! > 0);
        // The one that was asked has written nothing itself.
        Assert.Null((await ReadAsync(quiet, "?replica=self"))["latency"]!["p50Seconds"]);
        await enough.CancelAsync();
        await publishing;
    }

    [Fact(Timeout = 180_000)]
    public async Task A_reader_that_takes_nothing_is_told_of_as_behind_and_how_far()
    {
        await using var api = await StartAsync(broker.ConnectionString);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 8 * 1024 };
        await socket.ConnectAsync(api.Address.Host, api.Address.Port, Cancellation);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET /events?topic=x HTTP/1.0\r\nHost: {api.Address.Authority}\r\n\r\n"), Cancellation);
        await UntilAsync(api, stats => Total(stats) == 1);

        // The kernel takes some megabytes for it.
        var data = new string('x', 200_000);
        for (var n = 0; n < 100; n++)
        {
            await PublishAsync(api, "x", data);
        }

        var behind = await UntilAsync(api, stats => (int)stats["connections"]!["behind"]!["readers"]! == 1);
        Assert.InRange((int)behind["connections"]!["behind"]!["events"]!, 1, 100);

        // One that takes it all has caught up.
        var reading = TakeAllAsync(socket);
        await UntilAsync(api, stats => (int)stats["connections"]!["behind"]!["readers"]! == 0);
        socket.Close();
        await reading;
        var left = await UntilAsync(api, stats => Total(stats) == 0);
        Assert.Equal(1, (int)left["connections"]!["closed"]!["client"]!);
    }

    [Theory]
    [InlineData("?replica=other")]
    [InlineData("?replica=")]
    [InlineData("?replica=self&replica=self")]
    public async Task A_wrong_replica_is_named(string query)
    {
        await using var api = await StartAsync(broker.ConnectionString);

        using var answer = await api.Client.GetAsync($"/stats{query}", Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = await answer.Content.ReadFromJsonAsync<JsonNode>(Cancellation);
        Assert.Equal("replica", Assert.Single(problem!["errors"]!.AsObject()).Key);
    }

    private static async Task TakeAllAsync(Socket socket)
    {
        try
        {
            var buffer = new byte[1024 * 1024];
            while (await socket.ReceiveAsync(buffer, Cancellation) > 0)
            {
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It has left.
        }
    }

    private Task<ServiceProcess> StartAsync(string redis) =>
        ServiceProcess.StartApiAsync(redis, SharedApi.Patience, ("Log__Hub", _hub));

    private static async Task<JsonNode> ReadAsync(ServiceProcess api, string query = "") =>
        (await api.Client.GetFromJsonAsync<JsonNode>($"/stats{query}", Cancellation))!;

    private static async Task<JsonNode> UntilAsync(ServiceProcess api, Predicate<JsonNode> expected)
    {
        while (true)
        {
            var stats = await ReadAsync(api);
            if (expected(stats))
            {
                return stats;
            }

            await Task.Delay(50, Cancellation);
        }
    }

    private static int Total(JsonNode stats) => (int)stats["connections"]!["total"]!;

    private static IEnumerable<JsonNode> Replicas(JsonNode stats) => stats["replicas"]!.AsArray().OfType<JsonNode>();

    /// <summary>A topic that is published on.</summary>
    private static JsonNode? TopicOf(JsonNode stats, string topic) =>
        stats["topics"]!.AsArray().FirstOrDefault(one => (string?)one!["topic"] == topic && (double)one["eventsPerSecond"]! > 0);

    private static async Task PublishAsync(ServiceProcess api, string topic, string data)
    {
        using var form = new FormUrlEncodedContent([new("topic", topic), new("data", data)]);
        using var answer = await api.Client.PostAsync("/events", form, Cancellation);
        answer.EnsureSuccessStatusCode();
    }

    private static async Task PublishUntilAsync(ServiceProcess api, CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            await PublishAsync(api, "x", "x");
            await Task.Delay(50, CancellationToken.None);
        }
    }
}
