using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using SseAspire.Api.Tests.Attacks;
using SseAspire.Testing;

namespace SseAspire.Api.Tests;

/// <summary>Connections that ask for nothing, or send what nobody reads, shut nobody out and cost bounded memory.</summary>
public sealed class ConnectionFloodTests(ITestOutputHelper output)
{
    private const string Topic = "flood";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task A_client_that_sends_after_it_has_opened_a_stream_is_disconnected_and_others_are_not()
    {
        await using var redis = await LaunchAsync();
        await using var api = await ServiceProcess.StartApiAsync(redis.ConnectionString, SharedApi.Patience);
        await using var other = await OpenStream.OpenAsync(api.Address, $"topic={Topic}");
        using var client = await RawStream.OpenAsync(api.Address, Topic);

        var sent = await Garbage.SendUntilDisconnectedAsync(client);

        output.WriteLine($"disconnected after {sent >> 10} KB");
        using var published = await api.Client.PostAsJsonAsync("/events", new { topic = Topic, data = "on" }, Cancellation);
        Assert.Equal("on", (await other.NextAsync()).Data);
    }

    [Fact(Timeout = 180_000)]
    public async Task Silent_connections_beyond_the_descriptors_shut_out_neither_health_nor_readers_and_are_closed_soon()
    {
        await using var redis = await LaunchAsync();
        await using var api = await ServiceProcess.StartApiAsync(
            redis.ConnectionString, SharedApi.Patience, (ServiceProcess.DescriptorLimit, "768"));
        await using var stream = await OpenStream.OpenAsync(api.Address, $"topic={Topic}");
        using var silent = new SilentConnections(api.Address);

        while (silent.All.Count < 800)
        {
            await silent.OpenAsync(50);
            Assert.Equal(HttpStatusCode.OK, await AskHealthAsync(api));
        }

        using (await api.Client.PostAsJsonAsync("/events", new { topic = Topic, data = "on" }, Cancellation))
        {
            Assert.Equal("on", (await stream.NextAsync()).Data);
        }

        // Each of them, evicted or timed out; a test that hangs here has an idle connection that is not closed.
        await Parallel.ForEachAsync(silent.All, Cancellation, async (socket, cancellation) =>
        {
            using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            late.CancelAfter(TimeSpan.FromSeconds(30));
            try
            {
                Assert.Equal(0, await socket.ReceiveAsync(new byte[1], late.Token));
            }
            catch (SocketException)
            {
                // Reset.
            }
        });
        Assert.Equal(HttpStatusCode.OK, await AskHealthAsync(api));
    }

    [Fact(Timeout = 180_000)]
    public async Task Streams_leave_descriptors_for_health_and_publishers()
    {
        await using var redis = await LaunchAsync();
        await using var api = await ServiceProcess.StartApiAsync(
            redis.ConnectionString, SharedApi.Patience, (ServiceProcess.DescriptorLimit, "768"));
        var clients = new List<Socket>();
        for (var i = 0; i < 600; i++)
        {
            clients.Add(await RawStream.OpenAsync(api.Address, Topic));
        }

        Assert.Equal(HttpStatusCode.OK, await AskHealthAsync(api));
        using var published = await api.Client.PostAsJsonAsync("/events", new { topic = Topic, data = "on" }, Cancellation);
        Assert.Equal(HttpStatusCode.Created, published.StatusCode);
        clients.ForEach(client => client.Dispose());
    }

    [Fact(Timeout = 120_000)]
    public async Task The_kernel_keeps_less_than_a_megabyte_for_a_reader_that_does_not_read()
    {
        await using var redis = await LaunchAsync();
        await using var api = await ServiceProcess.StartApiAsync(redis.ConnectionString, SharedApi.Patience);
        using var client = await RawStream.OpenAsync(api.Address, Topic, receiveBuffer: 4096);
        var before = await SentAsync();

        for (var i = 0; i < 200; i++)
        {
            using var published = await api.Client.PostAsJsonAsync("/events", new { topic = Topic, data = new string('x', 50_000) }, Cancellation);
            Assert.Equal(HttpStatusCode.Created, published.StatusCode);
        }

        var taken = await SentAsync() - before;
        output.WriteLine($"the kernel took {taken >> 10} KB of 10 MB");
        Assert.InRange(taken, 1, 1 << 20);

        async Task<long> SentAsync() =>
            (long)(await api.Client.GetFromJsonAsync<JsonNode>("/stats?replica=self", Cancellation))!["bytes"]!["sent"]!;
    }

    private static Task<RedisServer> LaunchAsync()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        return RedisServer.LaunchAsync(cancellationToken: Cancellation);
    }

    /// <summary>Asks over a connection of its own, as a probe does.</summary>
    private static async Task<HttpStatusCode> AskHealthAsync(ServiceProcess api)
    {
        using var probe = new HttpClient { BaseAddress = api.Address, Timeout = TimeSpan.FromSeconds(10) };
        using var answer = await probe.GetAsync("/health", Cancellation);
        return answer.StatusCode;
    }
}
