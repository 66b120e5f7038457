using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using SseAspire.Broker;
using SseAspire.Producer.Sources;
using SseAspire.Testing;

namespace SseAspire.Producer.Tests;

public sealed class EarthquakeSourceTests(RealBroker broker) : IClassFixture<RealBroker>
{
    private static readonly DateTimeOffset Noon = new(2025, 12, 31, 23, 30, 0, TimeSpan.Zero);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 30_000)]
    public async Task Each_new_earthquake_is_one_event_in_order_of_time()
    {
        await using var log = await OpenedLog.OpenAsync(broker.ConnectionString);
        await using var clock = new Clock(TimeSpan.FromSeconds(1));
        var feed = new FeedServer(clock.Time);
        await using var server = await LocalServer.StartAsync(feed.AnswerAsync);
        using var source = Open(server.Address, log, clock.Time);
        await using var events = source.ReadAsync(Cancelled).GetAsyncEnumerator(Cancelled);

        feed.Publish(FeedServer.Quake("b", Noon.AddMinutes(1)), FeedServer.Quake("a", Noon));
        var first = await NextAsync(events);
        Assert.Equal("a", first.Id);
        Assert.Equal("b", (await NextAsync(events)).Id);

        // `a` is corrected, `b` is now known best by another network's id, `c` is new.
        feed.Publish(
            FeedServer.Quake("c", Noon.AddMinutes(2)),
            FeedServer.Quake("us9", Noon.AddMinutes(1), ids: ",us9,b,"),
            FeedServer.Quake("a", Noon, magnitude: 3.3));
        Assert.Equal("c", (await NextAsync(events)).Id);
        feed.Publish(FeedServer.Quake("d", Noon.AddMinutes(3)), FeedServer.Quake("us9", Noon.AddMinutes(1), ids: ",us9,"));
        Assert.Equal("d", (await NextAsync(events)).Id);

        Assert.Equal(["news/earthquakes"], first.Topics);
        Assert.Equal("earthquake", first.Type);
        Assert.Equal(
            """{"magnitude":1.5,"place":"near a","longitude":-117.5,"latitude":35.25,"depthKm":7.5,"occurredAt":"2025-12-31T23:30:00Z","url":"https://example.org/a"}""",
            System.Text.Encoding.UTF8.GetString(first.Data.Span));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_producer_that_was_restarted_tells_nothing_twice()
    {
        await using var log = await OpenedLog.OpenAsync(broker.ConnectionString);
        await using var clock = new Clock(TimeSpan.FromSeconds(1));
        var feed = new FeedServer(clock.Time);
        await using var server = await LocalServer.StartAsync(feed.AnswerAsync);
        feed.Publish(FeedServer.Quake("a", Noon), FeedServer.Quake("b", Noon.AddMinutes(1)));
        using (var before = Open(server.Address, log, clock.Time))
        {
            await using var events = before.ReadAsync(Cancelled).GetAsyncEnumerator(Cancelled);
            await log.Log.AppendAsync(await NextAsync(events), Cancelled);
            await log.Log.AppendAsync(await NextAsync(events), Cancelled);
        }

        // More than one read of the log lies between.
        await log.Log.AppendAsync(
            [.. Enumerable.Range(0, EventLog.MaxRead + 10).Select(_ => Event.Create("status/other", "x", clock.Time.GetUtcNow()))], Cancelled);
        feed.Publish(FeedServer.Quake("a", Noon), FeedServer.Quake("b", Noon.AddMinutes(1)), FeedServer.Quake("c", Noon.AddMinutes(2)));

        using var after = Open(server.Address, log, clock.Time);
        await using var news = after.ReadAsync(Cancelled).GetAsyncEnumerator(Cancelled);
        Assert.Equal("c", (await NextAsync(news)).Id);
    }

    [Fact(Timeout = 60_000)]
    public async Task Without_the_feed_recorded_earthquakes_are_replayed_until_it_is_back()
    {
        await using var log = await OpenedLog.OpenAsync(broker.ConnectionString);
        await using var clock = new Clock(TimeSpan.FromSeconds(1));
        var port = FreePort();
        using var source = Open(new Uri($"http://127.0.0.1:{port}/"), log, clock.Time);
        await using var events = source.ReadAsync(Cancelled).GetAsyncEnumerator(Cancelled);

        // Once round and on, so that the second round is seen as well.
        var began = clock.Time.GetUtcNow();
        var first = await NextAsync(events);
        var last = first;
        for (var i = 0; i < EarthquakeRecording.Count; i++)
        {
            Assert.Null(last.Id);
            using var quake = JsonDocument.Parse(last.Data);
            Assert.True(quake.RootElement.GetProperty("recorded").GetBoolean());
            Assert.Equal(2018, quake.RootElement.GetProperty("occurredAt").GetDateTime().Year);
            last = await NextAsync(events);
        }

        Assert.Equal(first.Data.ToArray(), last.Data.ToArray());
        Assert.NotEqual(first.At, last.At);
        Assert.InRange((clock.Time.GetUtcNow() - began) / EarthquakeRecording.Count, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(8));

        var feed = new FeedServer(clock.Time);
        feed.Publish(FeedServer.Quake("live", clock.Time.GetUtcNow()));
        await using var server = await LocalServer.StartAsync(feed.AnswerAsync, port);
        while (last.Id is null)
        {
            last = await NextAsync(events);
        }

        Assert.Equal("live", last.Id);
        using (var live = JsonDocument.Parse(last.Data))
        {
            Assert.False(live.RootElement.TryGetProperty("recorded", out _));
        }

        // What comes next is live as well: the recording has stopped.
        feed.Publish(FeedServer.Quake("live2", clock.Time.GetUtcNow()));
        Assert.Equal("live2", (await NextAsync(events)).Id);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_feed_that_was_live_and_fails_for_a_moment_is_waited_for()
    {
        await using var log = await OpenedLog.OpenAsync(broker.ConnectionString);
        await using var clock = new Clock(TimeSpan.FromSeconds(1));
        var feed = new FeedServer(clock.Time);
        await using var server = await LocalServer.StartAsync(feed.AnswerAsync);
        using var source = Open(server.Address, log, clock.Time);
        await using var events = source.ReadAsync(Cancelled).GetAsyncEnumerator(Cancelled);
        feed.Publish(FeedServer.Quake("a", Noon));
        Assert.Equal("a", (await NextAsync(events)).Id);

        feed.Fail(500);
        feed.Fail(500);
        feed.Publish(FeedServer.Quake("b", Noon.AddMinutes(1)));

        Assert.Equal("b", (await NextAsync(events)).Id);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_feed_that_was_live_is_waited_for_though_the_wall_clock_jumps()
    {
        await using var log = await OpenedLog.OpenAsync(broker.ConnectionString);
        await using var clock = new Clock(TimeSpan.FromSeconds(1));
        var time = new JumpingTime(clock.Time);
        var feed = new FeedServer(time);
        await using var server = await LocalServer.StartAsync(feed.AnswerAsync);
        using var source = Open(server.Address, log, time);
        await using var events = source.ReadAsync(Cancelled).GetAsyncEnumerator(Cancelled);
        feed.Publish(FeedServer.Quake("a", Noon));
        Assert.Equal("a", (await NextAsync(events)).Id);

        time.Jump(TimeSpan.FromMinutes(80));
        feed.Fail(500);
        feed.Publish(FeedServer.Quake("b", Noon.AddMinutes(1)));

        // Not a recorded one, which has no id.
        Assert.Equal("b", (await NextAsync(events)).Id);
    }

    private static EarthquakeSource Open(Uri feed, OpenedLog log, TimeProvider time) => new(
        Options.Create(new EarthquakeSourceOptions { Feed = feed }), log.Log, time, NullLogger<EarthquakeSource>.Instance);

    private static async Task<Event> NextAsync(IAsyncEnumerator<Event> events)
    {
        Assert.True(await events.MoveNextAsync());
        return events.Current;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
