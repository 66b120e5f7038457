using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using SseAspire.Testing;

namespace SseAspire.Api.Tests;

/// <summary>How a replica leaves: asked to end by its host, or to drain by an operator.</summary>
[Collection(nameof(SharedApi))]
public sealed class DrainTests(SharedApi shared)
{
    private const string Topic = "drained";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task While_it_drains_it_is_not_ready_but_alive_and_refuses_streams_so_that_they_come_back()
    {
        await using var api = await shared.StartAnotherAsync(("Hub__DrainTime", "00:02:00"));
        var first = await OpenStream.OpenAsync(api.Address, $"topic={Topic}");
        var second = await OpenStream.OpenAsync(api.Address, $"topic={Topic}");
        // One is closed at once; the other's turn is in a minute, and until then the test is over.
        var stopping = api.StopAsync(TimeSpan.FromMinutes(5));

        using var health = await UntilUnreadyAsync(api);

        var body = (await health.Content.ReadFromJsonAsync<JsonNode>(Cancellation))!;
        Assert.Equal("Unhealthy", (string?)body["status"]);
        Assert.Equal("draining", (string?)body["checks"]!["hub"]!["description"]);
        using var alive = await api.Client.GetAsync("/alive", Cancellation);
        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);
        Assert.True(alive.Headers.ConnectionClose, "Its connection is closed without a word, so that the next request over it may be lost.");

        using var browser = await GetAsync(api, "/events", "text/event-stream");
        Assert.Equal(HttpStatusCode.OK, browser.StatusCode);
        Assert.Matches("^retry: [0-9]+\n\n$", await browser.Content.ReadAsStringAsync(Cancellation));
        foreach (var path in new[] { "/events", "/events/long-poll" })
        {
            using var program = await GetAsync(api, path, "*/*");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, program.StatusCode);
            Assert.True(program.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        }

        await using var socket = await EventSocket.OpenAsync(api.Address, $"topic={Topic}");
        await socket.EndAsync();
        Assert.Equal(1013, socket.CloseCode);

        using var again = await api.Client.PostAsync("/operations/drain", null, Cancellation);
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);

        // What is not a stream goes on, and so do the streams whose turn has not come.
        await PublishAsync(api, "still served");
        var left = first.Ended.IsCompleted ? second : first;
        Assert.Equal("still served", (await left.NextAsync()).Data);
        Assert.False(stopping.IsCompleted);

        // Nobody is left to wait for.
        await first.DisposeAsync();
        await second.DisposeAsync();
        Assert.Equal(0, await stopping);
    }

    [Fact]
    public async Task Streams_of_every_transport_are_told_to_come_back_and_the_process_ends()
    {
        await using var api = await shared.StartAnotherAsync(("Hub__DrainTime", "00:00:01"), ("Hub__Retry", "00:00:07"));
        await PublishAsync(api, "0");
        await using var stream = await OpenStream.OpenAsync(api.Address, $"topic={Topic}");
        await using var socket = await EventSocket.OpenAsync(api.Address, $"topic={Topic}");
        await socket.NextAsync();
        using var held = await HoldAsync(api);

        var stopping = api.StopAsync(TimeSpan.FromMinutes(2));

        await stream.Ended;
        Assert.InRange(stream.Retry!.Value, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(9));
        await socket.EndAsync();
        Assert.Equal(1012, socket.CloseCode);
        using var answer = await held;
        var page = await answer.Content.ReadFromJsonAsync<JsonNode>(Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Empty(page!["events"]!.AsArray());
        Assert.Equal(0, await stopping);
    }

    [Fact]
    public async Task A_stream_whose_reader_takes_nothing_any_more_does_not_hold_the_process_up()
    {
        await using var api = await shared.StartAnotherAsync(("Hub__DrainTime", "00:00:01"), ("Publishing__MaxBatch", "1000"));
        using var stuck = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4 * 1024 };
        await stuck.ConnectAsync(IPAddress.Loopback, api.Address.Port, Cancellation);
        await stuck.SendAsync(Encoding.ASCII.GetBytes($"GET /events?topic={Topic} HTTP/1.1\r\nHost: localhost\r\n\r\n"), Cancellation);
        await WaitForStreamAsync(api);
        // More than the kernel keeps for it on both sides.
        for (var i = 0; i < 4; i++)
        {
            await PublishAsync(api, new string('x', 200_000), 30);
        }

        Assert.Equal(0, await api.StopAsync(TimeSpan.FromMinutes(2)));

        Assert.Contains("1 streams did not end when they were closed and were cut", api.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_streams_it_ends_at_once_however_long_a_drain_may_take()
    {
        await using var api = await shared.StartAnotherAsync(("Hub__DrainTime", "00:10:00"));
        await using (await OpenStream.OpenAsync(api.Address, $"topic={Topic}"))
        {
        }

        // That of a reader that has left is none.
        Assert.Equal(0, await api.StopAsync(TimeSpan.FromMinutes(2)));
    }

    [Fact]
    public async Task An_operators_drain_closes_the_streams_of_that_replica_alone_and_has_it_begin_anew()
    {
        var hub = ("Log__Hub", $"test-{Guid.NewGuid():N}");
        await using var drained = await ServiceProcess.StartApiAsync(shared.Broker, SharedApi.Patience, hub, ("Hub__DrainTime", "00:00:02"));
        await using var other = await ServiceProcess.StartApiAsync(shared.Broker, SharedApi.Patience, hub);
        await using var leaving = await OpenStream.OpenAsync(drained.Address, $"topic={Topic}");
        await using var leavingToo = await OpenStream.OpenAsync(drained.Address, $"topic={Topic}/**");
        await using var staying = await OpenStream.OpenAsync(other.Address, $"topic={Topic}");

        using var answer = await drained.Client.PostAsync("/operations/drain", null, Cancellation);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var said = (await answer.Content.ReadFromJsonAsync<JsonNode>(Cancellation))!;
        Assert.EndsWith($":{drained.Address.Port}", (string?)said["replica"], StringComparison.Ordinal);
        Assert.Equal((2, 2.0), ((int)said["streams"]!, (double)said["seconds"]!));
        await leaving.Ended;
        await leavingToo.Ended;
        while (drained.Output.Split("The hub follows the event log from").Length < 3)
        {
            await Task.Delay(50, Cancellation);
        }

        await PublishAsync(other, "to those who stayed");
        Assert.Equal("to those who stayed", (await staying.NextAsync()).Data);
        await using var back = await OpenUntilServedAsync(drained, leaving.LastEventId);
        Assert.Equal("to those who stayed", (await back.NextAsync()).Data);
    }

    [Fact]
    public async Task Who_drops_the_streams_is_told_how_many_replicas_have_dropped_how_many()
    {
        var hub = ("Log__Hub", $"test-{Guid.NewGuid():N}");
        await using var one = await ServiceProcess.StartApiAsync(shared.Broker, SharedApi.Patience, hub);
        await using var other = await ServiceProcess.StartApiAsync(shared.Broker, SharedApi.Patience, hub);
        await using var first = await OpenStream.OpenAsync(one.Address, $"topic={Topic}");
        await using var second = await OpenStream.OpenAsync(other.Address, $"topic={Topic}");
        await using var third = await OpenStream.OpenAsync(other.Address, $"topic={Topic}");

        using var answer = await one.Client.PostAsync("/operations/drop", null, Cancellation);

        var said = (await answer.Content.ReadFromJsonAsync<JsonNode>(Cancellation))!;
        Assert.Equal(2, (int)said["replicas"]!);
        // On a machine that is busy one may answer too late to be counted.
        if ((int)said["answered"]! == 2)
        {
            Assert.Equal(3, (int)said["dropped"]!);
        }

        await Task.WhenAll(first.Ended, second.Ended, third.Ended);
    }

    private static async Task<HttpResponseMessage> UntilUnreadyAsync(ServiceProcess api)
    {
        while (true)
        {
            var health = await api.Client.GetAsync("/health", Cancellation);
            if (!health.IsSuccessStatusCode)
            {
                return health;
            }

            health.Dispose();
            await Task.Delay(50, Cancellation);
        }
    }

    private static async Task<HttpResponseMessage> GetAsync(ServiceProcess api, string path, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{path}?topic={Topic}");
        request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse(accept));
        return await api.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
    }

    /// <summary>A long poll that is held.</summary>
    private static async Task<Task<HttpResponseMessage>> HoldAsync(ServiceProcess api)
    {
        var held = api.Client.GetAsync($"/events/long-poll?topic={Topic}&wait=60", Cancellation);
        await UntilAsync(api, connections => (int)connections["byTransport"]!["long_poll"]! == 1);
        return held;
    }

    private static Task WaitForStreamAsync(ServiceProcess api) => UntilAsync(api, connections => (int)connections["total"]! == 1);

    private static async Task UntilAsync(ServiceProcess api, Func<JsonNode, bool> holds)
    {
        while (!holds((await api.Client.GetFromJsonAsync<JsonNode>("/stats", Cancellation))!["connections"]!))
        {
            await Task.Delay(50, Cancellation);
        }
    }

    /// <summary>A stream that starts somewhere: one that is refused says only when to come back.</summary>
    private static async Task<OpenStream> OpenUntilServedAsync(ServiceProcess api, string resumeFrom)
    {
        while (true)
        {
            try
            {
                using var health = await api.Client.GetAsync("/health", Cancellation);
                if (health.IsSuccessStatusCode)
                {
                    return await OpenStream.OpenAsync(api.Address, $"topic={Topic}", resumeFrom);
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            await Task.Delay(50, Cancellation);
        }
    }

    private static async Task PublishAsync(ServiceProcess api, string data, int times = 1)
    {
        using var answer = await api.Client.PostAsJsonAsync(
            "/events", Enumerable.Range(0, times).Select(_ => new { topic = Topic, data }), Cancellation);
        answer.EnsureSuccessStatusCode();
    }
}
