using System.Text.Json.Nodes;
using SseAspire.Testing;

namespace SseAspire.Api.Tests;

/// <summary>
/// Every reader gets every event once and in order, whatever is cut, killed and started again in between.
/// Real processes: a Redis, one or two replicas of the API, readers that break off at random bytes.
/// </summary>
public sealed class DeliveryTests(ITestOutputHelper output)
{
    private const int Events = 10_000;
    private const int Readers = 50;
    private const int Cuts = 20;
    private const string Topic = "orders/numbered";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 180_000)]
    public async Task Readers_that_are_cut_at_random_get_every_event_once_and_in_order()
    {
        await using var redis = await StartRedisAsync(RedisPersistence.None);
        await using var api = await ServiceProcess.StartApiAsync(redis.ConnectionString);

        await RunAsync([api], () => Task.CompletedTask);
    }

    [Fact(Timeout = 180_000)]
    public async Task Nothing_is_lost_or_twice_when_the_api_is_killed_and_started_again()
    {
        await using var redis = await StartRedisAsync(RedisPersistence.None);
        await using var api = await ServiceProcess.StartApiAsync(redis.ConnectionString);

        await RunAsync([api], async () =>
        {
            for (var i = 0; i < 2; i++)
            {
                await Task.Delay(2_000, Cancellation);
                await api.KillAsync();
                await api.StartAsync();
            }
        });
    }

    [Fact(Timeout = 180_000)]
    public async Task Readers_that_move_between_two_replicas_get_every_event_once_and_in_order()
    {
        await using var redis = await StartRedisAsync(RedisPersistence.None);
        await using var first = await ServiceProcess.StartApiAsync(redis.ConnectionString);
        await using var second = await ServiceProcess.StartApiAsync(redis.ConnectionString);

        await RunAsync([first, second], async () =>
        {
            await Task.Delay(2_000, Cancellation);
            await second.KillAsync();
            await second.StartAsync();
        });
    }

    [Fact(Timeout = 180_000)]
    public async Task Nothing_is_lost_or_twice_when_a_durable_redis_is_killed_and_started_again()
    {
        await using var redis = await StartRedisAsync(RedisPersistence.EveryWrite);
        await using var api = await ServiceProcess.StartApiAsync(redis.ConnectionString);

        await RunAsync([api], async () =>
        {
            for (var i = 0; i < 2; i++)
            {
                await Task.Delay(2_000, Cancellation);
                await redis.KillAsync();
                await Task.Delay(500, Cancellation);
                await redis.StartAsync(Cancellation);
            }
        });
    }

    [Fact(Timeout = 120_000)]
    public async Task A_redis_that_forgot_everything_gives_readers_a_gap_and_then_what_is_new()
    {
        await using var redis = await StartRedisAsync(RedisPersistence.None);
        await using var api = await ServiceProcess.StartApiAsync(redis.ConnectionString);
        using var staying = NewReader(seed: 1, cuts: 0, [api]);
        using var cut = NewReader(seed: 2, cuts: 20, [api]);
        using var away = new SseReader(api.Address, $"topic={Topic}");

        const int Before = 500;
        const int After = 300;
        var reading = Task.WhenAll(
            staying.RunAsync(reader => reader.Numbers.Count == Before + After, Cancellation),
            cut.RunAsync(reader => reader.Numbers.Count == Before + After, Cancellation));
        await WaitUntilAsync(() => staying.HasStarted && cut.HasStarted);
        await new NumberedPublisher(Topic, () => api).RunAsync(Before, rate: 1_000, Cancellation);
        var seen = 0;
        await ReadUntilAsync(away, frame => ++seen == Before, resumeFrom: "earliest");

        await redis.KillAsync();
        await redis.StartAsync(Cancellation);
        await new NumberedPublisher(Topic, () => api).RunAsync(After, rate: 1_000, Cancellation);
        await reading;

        Assert.All([staying, cut], reader =>
        {
            Assert.Equal([.. Enumerable.Range(0, Before), .. Enumerable.Range(0, After)], reader.Numbers);
            var gap = Assert.Single(reader.Gaps.DistinctBy(gap => gap.Data));
            Assert.Null(JsonNode.Parse(gap.Data)!["missed"]);
        });

        // One that comes back only now is told as well.
        var resumed = new List<SseFrame>();
        await ReadUntilAsync(away, frame =>
        {
            resumed.Add(frame);
            return resumed.Count == After + 1;
        });
        Assert.Equal("gap", resumed[0].Type);
        Assert.Equal(Enumerable.Range(0, After).Select(n => $"{n}"), resumed.Skip(1).Select(frame => frame.Data));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_reader_whose_place_the_log_has_trimmed_is_told_how_many_events_it_missed()
    {
        await using var redis = await StartRedisAsync(RedisPersistence.None);
        await using var api = await ServiceProcess.StartApiAsync(
            redis.ConnectionString, ("Log__MaxEvents", "200"), ("Hub__WindowEvents", "100"));
        using var reader = new SseReader(api.Address, $"topic={Topic}");
        await new NumberedPublisher(Topic, () => api).RunAsync(10, rate: 1_000, Cancellation);
        await ReadUntilAsync(reader, frame => frame.Data == "9", resumeFrom: "earliest");

        await new NumberedPublisher(Topic, () => api).RunAsync(2_000, rate: 10_000, Cancellation);

        SseFrame? gap = null;
        var after = new List<SseFrame>();
        await ReadUntilAsync(reader, frame =>
        {
            if (frame.Type == "gap")
            {
                Assert.Null(gap);
                Assert.Empty(after);
                gap = frame;
            }
            else
            {
                after.Add(frame);
            }

            return frame.Data == "1999";
        });
        Assert.NotNull(gap);
        var missed = (int)JsonNode.Parse(gap.Data)!["missed"]!;
        Assert.Equal(2_000, missed + after.Count);
        Assert.Equal(Enumerable.Range(missed, 2_000 - missed).Select(n => $"{n}"), after.Select(frame => frame.Data));
        // A resume from the gap goes on after it.
        Assert.Equal((string)JsonNode.Parse(gap.Data)!["to"]!, gap.LastEventId);
    }

    private async Task RunAsync(IReadOnlyList<ServiceProcess> replicas, Func<Task> disturbAsync)
    {
        var readers = Enumerable.Range(0, Readers)
            .Select(i => NewReader(seed: 1_000 + i, Cuts, replicas))
            .ToArray();
        var reading = readers.Select(reader => reader.RunAsync(r => r.Numbers.Count >= Events, Cancellation)).ToArray();
        await WaitUntilAsync(() => readers.All(reader => reader.HasStarted));

        var publisher = new NumberedPublisher(Topic, () => replicas[0]);
        await Task.WhenAll(publisher.RunAsync(Events, rate: 1_500, Cancellation), disturbAsync());
        await Task.WhenAll(reading).WaitAsync(TimeSpan.FromSeconds(60), Cancellation);

        output.WriteLine(
            $"{readers.Sum(reader => reader.Numbers.Count)} deliveries, {readers.Sum(reader => reader.Cuts)} cuts, {publisher.Failures} answers of the publisher stayed out");
        Assert.All(readers, reader =>
        {
            Assert.Equal(Enumerable.Range(0, Events), reader.Numbers);
            Assert.Empty(reader.Gaps);
            Assert.True(reader.Cuts >= Cuts, $"only {reader.Cuts} cuts");
        });
        foreach (var replica in replicas)
        {
            Assert.DoesNotContain(
                replica.Output.Split('\n'),
                line => line.StartsWith("fail:", StringComparison.Ordinal));
        }
    }

    // An event takes about 35 bytes: so the cuts go on through more than half of the run.
    private static CutReader NewReader(int seed, int cuts, IReadOnlyList<ServiceProcess> replicas) =>
        new(Topic, seed, cuts, meanBytes: 10_000, replicas);

    private static async Task ReadUntilAsync(SseReader reader, Func<SseFrame, bool> isLast, string? resumeFrom = null)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        if (resumeFrom is not null)
        {
            reader.ResumeFrom(resumeFrom);
        }

        try
        {
            await reader.ReadAsync(
                frame =>
                {
                    if (isLast(frame))
                    {
                        done.Cancel();
                    }
                },
                cancellationToken: done.Token);
        }
        catch (OperationCanceledException) when (!Cancellation.IsCancellationRequested)
        {
        }
    }

    private static async Task WaitUntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(20, Cancellation);
        }
    }

    private static async Task<RedisServer> StartRedisAsync(RedisPersistence persistence)
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        return await RedisServer.LaunchAsync(persistence, Cancellation);
    }
}
