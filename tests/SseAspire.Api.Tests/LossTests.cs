using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using SseAspire.Broker;
using SseAspire.Testing;
using StackExchange.Redis;

namespace SseAspire.Api.Tests;

/// <summary>
/// Whatever happens to Redis, no reader loses an event in silence: twenty readers over two replicas check each id that they
/// are given against the one before, while Redis is killed, paused, flushed, truncated and fails over.
/// </summary>
public sealed class LossTests(ITestOutputHelper output)
{
    private const string Topic = "loss/numbered";
    private const int Events = 7_000;
    private const int Readers = 20;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 300_000)]
    public async Task Nothing_is_lost_in_silence_while_a_durable_redis_is_killed_paused_flushed_and_truncated()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        await using var redis = await RedisServer.LaunchAsync(RedisPersistence.EveryWrite, Cancellation);
        await using var operators = await ConnectAsync(redis.ConnectionString);

        await RunAsync(
            redis.ConnectionString,
            [
                redis.KillAndStartAsync,
                () => PauseAsync(redis),
                () => operators.GetServers()[0].ExecuteAsync("FLUSHALL"),
                () => redis.KillAndStartAsync(truncatedBytes: 2_600),
                () => redis.KillAndStartAsync(truncatedBytes: 20_000),
            ]);
    }

    [Fact(Timeout = 300_000)]
    public async Task Nothing_is_lost_in_silence_while_a_pair_of_redis_servers_fails_over()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        await using var one = await RedisServer.LaunchAsync(RedisPersistence.EveryWrite, Cancellation);
        await using var other = await RedisServer.LaunchAsync(RedisPersistence.EveryWrite, Cancellation);
        await using var operators = await ConnectAsync($"{one.ConnectionString},{other.ConnectionString}");
        var (master, replica) = (operators.GetServer("127.0.0.1", one.Port), operators.GetServer("127.0.0.1", other.Port));
        foreach (var server in operators.GetServers())
        {
            // Else each failover waits for five seconds.
            await server.ExecuteAsync("CONFIG", "SET", "repl-diskless-sync-delay", "0");
        }

        await ReplicateAsync(replica, one.Port);

        await RunAsync(
            $"{one.ConnectionString},{other.ConnectionString}",
            [
                async () =>
                {
                    // What the master has confirmed meanwhile and not sent is lost.
                    await replica.ExecuteAsync("REPLICAOF", "NO", "ONE");
                    await Task.Delay(200, Cancellation);
                    await ReplicateAsync(master, other.Port);
                },
                async () =>
                {
                    await master.ExecuteAsync("REPLICAOF", "NO", "ONE");
                    await Task.Delay(200, Cancellation);
                    await ReplicateAsync(replica, one.Port);
                },
            ]);
    }

    private async Task RunAsync(string redis, IReadOnlyList<Func<Task>> faults)
    {
        (string, string)[] settings = [("Hub__Retry", "00:00:00.200"), ("Hub__WindowEvents", "500")];
        await using var first = await ServiceProcess.StartApiAsync(redis, settings);
        await using var second = await ServiceProcess.StartApiAsync(redis, settings);
        ServiceProcess[] replicas = [first, second];
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var readers = Enumerable.Range(0, Readers).Select(i => new LossReader(Topic, seed: i, replicas)).ToArray();
        var reading = readers.Select(reader => Task.Run(() => reader.RunAsync(end.Token), Cancellation)).ToArray();
        while (!readers.All(reader => reader.HasStarted))
        {
            await Task.Delay(20, Cancellation);
        }

        var acknowledged = new ConcurrentDictionary<int, EventId>();
        var publishing = PublishAsync(replicas, acknowledged);
        for (var fault = 0; fault < 10; fault++)
        {
            await Task.Delay(1_500, Cancellation);
            await faults[fault % faults.Count]();
        }

        await publishing;
        var last = await PublishOneAsync(first, Events);
        await WaitForAsync(readers, last);
        await end.CancelAsync();
        await Task.WhenAll(reading);

        output.WriteLine(
            $"{acknowledged.Count} events, {acknowledged.Values.Select(id => id.Epoch).Distinct().Count()} epochs, "
            + $"{readers.Sum(reader => reader.Streams)} streams, {readers.Sum(reader => reader.Gaps)} gaps, "
            + $"{readers.Sum(reader => Events + 1 - reader.Numbers.Count)} events missed by all readers, each within a gap");
        Assert.Equal(Events, acknowledged.Count);
        Assert.All(readers, reader => Assert.Empty(reader.Faults));
        Assert.All(readers, reader => Assert.Equal(last, reader.Last));
        Assert.All(readers, reader => Assert.DoesNotContain(acknowledged, published => !reader.IsToldOf(published.Key, published.Value)));
    }

    /// <summary>Publishes each event until it is acknowledged; its own id makes that safe.</summary>
    private static async Task PublishAsync(ServiceProcess[] replicas, ConcurrentDictionary<int, EventId> acknowledged)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(25));
        foreach (var numbers in Enumerable.Range(0, Events).Chunk(10))
        {
            await timer.WaitForNextTickAsync(Cancellation);
            for (var attempt = 0; ; attempt++)
            {
                if (await TryPublishAsync(replicas[(numbers[0] / 10 + attempt) % 2], numbers) is { } ids)
                {
                    foreach (var (number, id) in numbers.Zip(ids))
                    {
                        acknowledged[number] = id;
                    }

                    break;
                }

                await Task.Delay(100, Cancellation);
            }
        }
    }

    private static async Task<EventId> PublishOneAsync(ServiceProcess api, int number)
    {
        while (true)
        {
            if (await TryPublishAsync(api, [number]) is [var id])
            {
                return id;
            }

            await Task.Delay(100, Cancellation);
        }
    }

    private static async Task<EventId[]?> TryPublishAsync(ServiceProcess api, int[] numbers)
    {
        try
        {
            var events = numbers.Select(number => new { topic = Topic, data = $"{number}", id = $"n{number}" });
            using var answer = await api.Client.PostAsJsonAsync("/events", events, Cancellation);
            if (answer.StatusCode is not (HttpStatusCode.Created or HttpStatusCode.OK))
            {
                return null;
            }

            var ids = (await answer.Content.ReadFromJsonAsync<JsonNode>(Cancellation))!["ids"]!.AsArray();
            return [.. ids.Select(id => EventId.TryParse((string)id!, out var parsed) ? parsed : throw new FormatException($"{id}"))];
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return null;
        }
    }

    private static async Task WaitForAsync(LossReader[] readers, EventId last)
    {
        for (var waited = 0; waited < 600 && readers.Any(reader => reader.Last < last); waited++)
        {
            await Task.Delay(100, Cancellation);
        }
    }

    private static async Task PauseAsync(RedisServer redis)
    {
        redis.Pause();
        await Task.Delay(1_500, Cancellation);
        redis.Resume();
    }

    private static Task<ConnectionMultiplexer> ConnectAsync(string servers) =>
        ConnectionMultiplexer.ConnectAsync($"{servers},abortConnect=false,allowAdmin=true");

    private static async Task ReplicateAsync(IServer replica, int masterPort)
    {
        await replica.ExecuteAsync("REPLICAOF", "127.0.0.1", $"{masterPort.ToString(CultureInfo.InvariantCulture)}");
        while (!((string)(await replica.ExecuteAsync("INFO", "replication"))!).Contains("master_link_status:up", StringComparison.Ordinal))
        {
            await Task.Delay(50, Cancellation);
        }
    }
}
