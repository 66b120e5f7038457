using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using SseAspire.Api.Metering;
using SseAspire.Testing;

namespace SseAspire.Api.Tests;

/// <summary>What is counted of requests that carry a meter, held against what a cable between both sides has carried.</summary>
public abstract class MeterContract(TestBroker broker) : IAsyncLifetime
{
    private readonly string _topic = $"metered-{Guid.NewGuid():N}";
    private readonly string _meter = $"Meter_{Guid.NewGuid():N}.1";
    private ServiceProcess? _api;
    private Cable? _cable;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ServiceProcess Api => _api!;

    public async ValueTask InitializeAsync()
    {
        _api = await StartApiAsync();
        _cable = Cable.To(_api.Address.Port);
        await AnnounceAsync(_api, _meter);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_cable is not null)
        {
            await _cable.DisposeAsync();
        }

        if (_api is not null)
        {
            await _api.DisposeAsync();
        }
    }

    [Fact]
    public async Task Every_byte_of_metered_requests_is_counted_and_none_of_others_on_their_connection()
    {
        using var client = OneConnection(_cable!);
        var (toServer, toClient, requests) = (0L, 0L, 0);
        foreach (var path in (string[])["poll", "long-poll?wait=0", "poll?history=10", "long-poll?history=10", "poll?limit=0", "long-poll?wait=0"])
        {
            await PublishAsync(new string('é', 300));
            using (var other = await client.GetAsync($"/events/poll?topic={_topic}&history=3", Cancellation))
            {
                other.EnsureSuccessStatusCode();
            }

            using (var preflight = new HttpRequestMessage(HttpMethod.Options, "/events"))
            {
                preflight.Headers.Add("Origin", "http://elsewhere.example");
                preflight.Headers.Add("Access-Control-Request-Method", "GET");
                using var answer = await client.SendAsync(preflight, Cancellation);
            }

            var (serverBefore, clientBefore) = (_cable!.BytesToServer, _cable.BytesToClient);
            using var metered = await client.GetAsync($"/events/{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}topic={_topic}&meter={_meter}", Cancellation);
            (toServer, toClient, requests) = (toServer + _cable.BytesToServer - serverBefore, toClient + _cable.BytesToClient - clientBefore, requests + 1);

            await AssertCountsAsync(Counts(requests, 1, toServer, toClient));
        }

        using var nothing = await client.GetAsync("/nothing", Cancellation);
        await AssertCountsAsync(Counts(requests, 1, toServer, toClient));
        Assert.Equal(1, _cable!.Connections);
    }

    [Fact]
    public async Task The_bytes_of_a_stream_are_counted_while_it_lasts()
    {
        using var client = OneConnection(_cable!);
        using (var answer = await client.GetAsync($"/events?topic={_topic}&meter={_meter}", HttpCompletionOption.ResponseHeadersRead, Cancellation))
        {
            using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(Cancellation));
            for (var i = 0; i < 5; i++)
            {
                await PublishAsync($"{i}");
                while (await lines.ReadLineAsync(Cancellation) is var line && line != $"data: {i}")
                {
                }

                Assert.Equal("", await lines.ReadLineAsync(Cancellation));
                await AssertCountsAsync(Counts(1, 1, _cable!.BytesToServer, _cable.BytesToClient));
            }
        }

        using var again = await client.GetAsync($"/events?topic={_topic}&meter={_meter}", HttpCompletionOption.ResponseHeadersRead, Cancellation);
        var counts = await ReadAsync(Api, _meter);
        Assert.Equal((2, 2), ((int)counts["requests"]!, (int)counts["connections"]!));
    }

    [Fact]
    public async Task The_bytes_of_a_WebSocket_are_counted_from_handshake_to_close()
    {
        var address = new UriBuilder("http", "127.0.0.1", _cable!.Port).Uri;
        await using var socket = await EventSocket.OpenAsync(address, $"topic={_topic}&meter={_meter}");
        Assert.NotNull(await socket.NextAsync());
        foreach (var length in (int[])[1, 125, 126, 70_000])
        {
            await PublishAsync(new string('x', length));
            Assert.NotNull(await socket.NextEventAsync());
            await AssertCountsAsync(Counts(1, 1, _cable.BytesToServer, _cable.BytesToClient));
        }

        await socket.CloseAsync();

        await AssertCountsAsync(Counts(1, 1, _cable.BytesToServer, _cable.BytesToClient));
    }

    [Fact]
    public async Task Any_replica_tells_what_all_of_them_have_counted_and_their_processor_time()
    {
        await using var second = await StartApiAsync();
        // Announced before it started.
        await using var secondCable = Cable.To(second.Address.Port);
        using var toFirst = OneConnection(_cable!);
        using var toSecond = OneConnection(secondCable);
        foreach (var client in (HttpClient[])[toFirst, toSecond, toSecond])
        {
            using var answer = await client.GetAsync($"/events/poll?topic={_topic}&meter={_meter}", Cancellation);
            answer.EnsureSuccessStatusCode();
        }

        var expected = Counts(3, 2, _cable!.BytesToServer + secondCable.BytesToServer, _cable.BytesToClient + secondCable.BytesToClient);
        await WaitUntilAsync(Api, all => JsonNode.DeepEquals(all["meters"]![_meter], expected) && (int)all["replicas"]! == 2);
        await WaitUntilAsync(second, all => JsonNode.DeepEquals(all["meters"]![_meter], expected) && (int)all["replicas"]! == 2);
        var together = (double)(await ReadAllAsync(Api))["cpuSeconds"]!;
        second.Process.Refresh();
        Api.Process.Refresh();
        Assert.InRange(together, 0.1, Api.Process.TotalProcessorTime.TotalSeconds + second.Process.TotalProcessorTime.TotalSeconds + 0.1);

        // One that has stopped is gone at once; what it has counted stays.
        Assert.Equal(0, await second.StopAsync(TimeSpan.FromSeconds(30)));
        var all = await ReadAllAsync(Api);
        Assert.Equal(1, (int)all["replicas"]!);
        Assert.True(JsonNode.DeepEquals(all["meters"]![_meter], expected), all.ToJsonString());
    }

    [Fact]
    public async Task Requests_without_the_key_are_served_and_take_no_meter_from_those_that_were_announced()
    {
        // Before, 256 names that anybody chose took all there were.
        for (var i = 0; i < 300; i++)
        {
            using var answer = await Api.Client.GetAsync($"/events/poll?topic={_topic}&meter=stranger{i}", Cancellation);
            answer.EnsureSuccessStatusCode();
        }

        await AnnounceAsync(Api, "late");
        using var counted = await Api.Client.GetAsync($"/events/poll?topic={_topic}&meter=late", Cancellation);

        counted.EnsureSuccessStatusCode();
        Assert.Equal(1, (int)(await ReadAsync(Api, "late"))["requests"]!);
        Assert.Equal(0, (int)(await ReadAsync(Api, "stranger7"))["requests"]!);
    }

    [Fact]
    public async Task A_meter_counts_on_every_replica_as_soon_as_its_announcement_is_answered()
    {
        await using var second = await StartApiAsync();
        for (var i = 0; i < 20; i++)
        {
            var meter = $"announced{i}";
            var announced = await AnnounceAsync(Api, meter, $"{meter}-b");

            // At once, on the replica that was not asked.
            using var answer = await second.Client.GetAsync($"/events/poll?topic={_topic}&meter={meter}", Cancellation);

            Assert.Equal((2, 2), ((int)announced["replicas"]!, (int)announced["answered"]!));
            Assert.Equal(1, (int)(await ReadAsync(second, meter))["requests"]!);
        }
    }

    [Fact]
    public async Task A_meter_that_was_announced_counts_after_every_replica_has_restarted()
    {
        await AnnounceAsync(Api, "kept");
        await Api.KillAsync();
        await Api.StartAsync();

        using var answer = await Api.Client.GetAsync($"/events/poll?topic={_topic}&meter=kept", Cancellation);

        Assert.Equal(1, (int)(await ReadAsync(Api, "kept"))["requests"]!);
    }

    [Fact]
    public async Task Announcements_are_limited_and_those_that_are_known_can_be_renewed()
    {
        for (var i = 0; i < 16; i++)
        {
            // One place is taken already: the last of these does not fit.
            await AnnounceAsync(Api, Enumerable.Range(i * 256, i < 15 ? 256 : 255).Select(number => $"m{number}"));
        }

        using var refused = await Api.Client.PostAsync("/operations/meters?meter=one-more", null, Cancellation);

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        var problem = await refused.Content.ReadFromJsonAsync<JsonNode>(Cancellation);
        Assert.Equal("meter", Assert.Single(problem!["errors"]!.AsObject()).Key);
        await AnnounceAsync(Api, "m7", "m8");
    }

    [Fact]
    public void An_announcement_expires_ten_minutes_after_the_meter_was_last_announced_or_used()
    {
        var time = new FakeTimeProvider();
        var meters = new Meters(time);
        Assert.True(meters.TryOpen("a", out var meter));

        time.Advance(TimeSpan.FromMinutes(9));
        meters.TryOpen("a", out _);
        time.Advance(TimeSpan.FromMinutes(9));
        meters.ForgetIfIdle(meter);
        Assert.True(meters.TryFind("a", out _));

        time.Advance(TimeSpan.FromMinutes(1));
        meters.ForgetIfIdle(meter);
        Assert.False(meters.TryFind("a", out _));
    }

    private static async Task<JsonNode> AnnounceAsync(ServiceProcess api, params IEnumerable<string> meters)
    {
        using var answer = await api.Client.PostAsync($"/operations/meters?{string.Join('&', meters.Select(meter => $"meter={meter}"))}", null, Cancellation);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonNode>(Cancellation))!;
    }

    private Task<ServiceProcess> StartApiAsync() => ServiceProcess.StartApiAsync(
        broker.ConnectionString, SharedApi.Patience, ("Log__Hub", _topic), ("Hub__Heartbeat", "00:10:00"), ("Hub__DrainTime", "00:00:00"));

    private static HttpClient OneConnection(Cable cable) =>
        new(new SocketsHttpHandler { MaxConnectionsPerServer = 1 }) { BaseAddress = new UriBuilder("http", "127.0.0.1", cable.Port).Uri };

    private static JsonObject Counts(int requests, int connections, long bytesIn, long bytesOut) => new()
    {
        ["requests"] = requests,
        ["connections"] = connections,
        ["bytesIn"] = bytesIn,
        ["bytesOut"] = bytesOut,
        ["shared"] = false,
    };

    private async Task AssertCountsAsync(JsonObject expected) =>
        Assert.Equal(expected.ToJsonString(), (await ReadAsync(Api, _meter)).ToJsonString());

    private async Task PublishAsync(string data)
    {
        using var form = new FormUrlEncodedContent([new("topic", _topic), new("data", data)]);
        using var answer = await Api.Client.PostAsync("/events", form, Cancellation);
        answer.EnsureSuccessStatusCode();
    }

    private static async Task<JsonNode> ReadAsync(ServiceProcess api, string meter) =>
        (await api.Client.GetFromJsonAsync<JsonNode>($"/operations/meters?meter={meter}", Cancellation))!["meters"]![meter]!;

    private async Task<JsonNode> ReadAllAsync(ServiceProcess api) =>
        (await api.Client.GetFromJsonAsync<JsonNode>($"/operations/meters?meter={_meter}", Cancellation))!;

    private async Task WaitUntilAsync(ServiceProcess api, Func<JsonNode, bool> isSo)
    {
        while (!isSo(await ReadAllAsync(api)))
        {
            await Task.Delay(50, Cancellation);
        }
    }
}

/// <summary>On a real Redis.</summary>
public sealed class MetersOnRedis(RealBroker broker) : MeterContract(broker), IClassFixture<RealBroker>;

/// <summary>On the embedded one.</summary>
public sealed class MetersOnEmbeddedRedis(EmbeddedBroker broker) : MeterContract(broker), IClassFixture<EmbeddedBroker>;
