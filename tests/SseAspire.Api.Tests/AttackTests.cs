using System.Diagnostics;
using System.Net;
using SseAspire.Api.Tests.Attacks;
using SseAspire.Testing;
using StackExchange.Redis;

namespace SseAspire.Api.Tests;

/// <summary>What strangers do to a replica, one attack after the other on the same process.</summary>
public sealed class AttackTests(ITestOutputHelper output)
{
    private static readonly TimeSpan MaxLatency = TimeSpan.FromMilliseconds(500);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 300_000)]
    public async Task A_replica_survives_every_attack_of_strangers_one_after_the_other()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        await using var redis = await RedisServer.LaunchAsync(cancellationToken: Cancellation);
        var http1 = $"http://127.0.0.1:{ServiceProcess.FreePort()}";
        var http2 = new Uri($"http://127.0.0.1:{ServiceProcess.FreePort()}");
        await using var api = await ServiceProcess.StartApiAsync(
            redis.ConnectionString,
            SharedApi.Patience,
            ("DOTNET_GCHeapHardLimit", "0x40000000"),
            (ServiceProcess.DescriptorLimit, "2048"),
            ("Hub__CompressFrom", "1"),
            ("Hub__Retry", "00:00:00.200"),
            (ServiceProcess.Urls, http1),
            ("Kestrel__Endpoints__Http1__Url", http1),
            ("Kestrel__Endpoints__Http2__Url", http2.ToString()),
            ("Kestrel__Endpoints__Http2__Protocols", "Http2"));
        var process = api.Process.Id;
        await using var live = await LiveReader.OpenAsync(api);
        await SurviveAsync("none", () => Task.CompletedTask);

        var seed = Environment.TickCount;
        await SurviveAsync($"foreign entries (seed {seed})", async () =>
        {
            await using var client = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
            using var end = new CancellationTokenSource(TimeSpan.FromSeconds(3));
            var entries = new ForeignEntries(client.GetDatabase(), new Random(seed));
            await entries.WriteAsync(end.Token);
            output.WriteLine($"{entries.Written} foreign writes");
        });
        await SurviveAsync("100 selections, 33 x 250 KB", async () =>
        {
            await using var readers = await DistinctSelections.OpenAsync(api, readers: 100);
            await LargeEvents.PublishAsync(api, events: 33, bytes: 250_000);
            await readers.WaitAsync(33);
            Assert.All(readers.All, reader => Assert.Equal(33, reader.Events));
        });
        await SurviveAsync("10 compressed selections, large batches", async () =>
        {
            await using var readers = await DistinctSelections.OpenAsync(api, readers: 10, takesGzip: true);
            await LargeEvents.PublishMixedAsync(api);
            await readers.WaitAsync(LargeEvents.Mixed);
            Assert.All(readers.All, reader => Assert.Equal(LargeEvents.Mixed, reader.Events));
        });
        // More than the window holds, so that the log itself is read.
        for (var i = 0; i < 10; i++)
        {
            await LargeEvents.PublishAsync(api, events: 30, bytes: 250_000);
        }

        foreach (var (path, clients) in ((string, int)[])
            [("/events/poll?topic=**&limit=1000&after=earliest", 40), ("/events?topic=**&lastEventId=earliest", 10)])
        {
            await SurviveAsync($"{clients} clients that do not read {path}", async () =>
            {
                using var stalled = await StalledClients.OpenAsync(api.Address, path, clients);
                await Task.Delay(TimeSpan.FromSeconds(5), Cancellation);
            });
        }

        await SurviveAsync("50 clients that send garbage behind a stream", () => Parallel.ForAsync(0, 50, Cancellation, async (i, _) =>
        {
            using var client = await RawStream.OpenAsync(api.Address, $"garbage/{i}");
            await Garbage.SendUntilDisconnectedAsync(client);
        }));
        await SurviveAsync("3000 silent connections", async () =>
        {
            using var silent = new SilentConnections(api.Address);
            await silent.OpenAsync(3000);
            await AssertHealthyAsync();
        });
        // None of these may have ended the live stream.
        Assert.Equal(1, live.Streams);

        var aborts = new LateAborts(api, http2);
        await SurviveAsync("requests that end while everybody is dropped", () => aborts.RunAsync(TimeSpan.FromSeconds(10)));
        output.WriteLine($"{aborts.Drops} drops, {aborts.Ended} requests ended, {aborts.Answered} others answered, {live.Streams - 1} reconnects");
        Assert.True(aborts.Drops > 10, $"{aborts.Drops} drops");
        Assert.True(live.Streams > 1);

        async Task SurviveAsync(string attack, Func<Task> attackAsync)
        {
            api.ResetPeakResidentBytes();
            var started = Stopwatch.GetTimestamp();
            try
            {
                await attackAsync();
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                throw new InvalidOperationException($"{attack}\n{api.Output}", e);
            }

            var lasted = Stopwatch.GetElapsedTime(started);
            var peak = api.ReadPeakResidentBytes();
            await Task.Delay(TimeSpan.FromSeconds(1), Cancellation);
            var latencies = await live.MeasureAsync(events: 150, rate: 50, Cancellation);

            var p99 = latencies[latencies.Count * 99 / 100];
            output.WriteLine(
                $"{attack}: {lasted.TotalSeconds:0.0} s, p99 {p99.TotalMilliseconds:0} ms, maximum {latencies[^1].TotalMilliseconds:0} ms, "
                + $"peak resident {peak >> 20} MB, now {api.ReadResidentBytes() >> 20} MB, {live.Streams} streams");
            Assert.True(p99 < MaxLatency, $"{attack}: p99 {p99.TotalMilliseconds:0} ms");
            Assert.False(api.Process.HasExited, api.Output);
            Assert.Equal(process, api.Process.Id);
            await AssertHealthyAsync();
        }

        async Task AssertHealthyAsync()
        {
            // Over a connection of its own, as a probe asks.
            using var probe = new HttpClient { BaseAddress = api.Address, Timeout = TimeSpan.FromSeconds(10) };
            using var answer = await probe.GetAsync("/health", Cancellation);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }
}
