using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using SseAspire.Broker;
using SseAspire.Producer.Operations;
using SseAspire.Producer.Sources;
using SseAspire.Testing;

namespace SseAspire.Producer.Tests;

public sealed class SourceRunnerTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task Facts_wait_for_Redis_and_are_appended_in_order_and_once()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        const int Count = 3_000;
        await using var redis = await RedisServer.LaunchAsync(RedisPersistence.EveryWrite, Cancelled);
        await using var log = await OpenedLog.OpenAsync(redis.ConnectionString);
        var facts = new ChannelSource("facts", SourceKind.Facts);
        await using var producer = await Started.AsyncWith(log, facts);

        // Killed in the middle of the flow, three times, for longer than a retry; it flows on meanwhile.
        var flowing = Task.Run(
            async () =>
            {
                for (var i = 0; i < Count; i++)
                {
                    facts.Give(i.ToString(CultureInfo.InvariantCulture));
                    await Task.Delay(1, Cancelled);
                }
            },
            Cancelled);
        for (var kill = 0; kill < 3; kill++)
        {
            await log.ReadAllAsync((kill * 900) + 100);
            await redis.KillAsync();
            await Task.Delay(700, Cancelled);
            await redis.StartAsync(Cancelled);
        }

        await flowing;

        var events = await log.ReadAllAsync(Count);
        Assert.Equal(Enumerable.Range(0, Count).Select(i => i.ToString(CultureInfo.InvariantCulture)), events.Select(Text));
    }

    [Fact(Timeout = 60_000)]
    public async Task Of_a_state_only_the_latest_waits_for_Redis()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        await using var redis = await RedisServer.LaunchAsync(RedisPersistence.EveryWrite, Cancelled);
        await using var log = await OpenedLog.OpenAsync(redis.ConnectionString);
        var state = new ChannelSource("state", SourceKind.State);
        await using var producer = await Started.AsyncWith(log, state);
        state.Give("before");
        await log.ReadAllAsync(1);

        await redis.KillAsync();
        for (var i = 0; i <= 50; i++)
        {
            state.Give(i.ToString(CultureInfo.InvariantCulture));
            await Task.Delay(10, Cancelled);
        }

        await redis.StartAsync(Cancelled);
        await UntilAsync(async () => (await log.ReadAllAsync(2)).Any(e => Text(e) == "50"));

        // The one that was under way when Redis left, and the latest.
        Assert.Equal(["before", "0", "50"], (await log.ReadAllAsync()).Select(Text));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_source_of_facts_is_held_back_when_there_is_no_more_room_and_loses_nothing()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        const int Count = Publisher.MaxWaiting + 5_000;
        await using var redis = await RedisServer.LaunchAsync(RedisPersistence.EveryWrite, Cancelled);
        await using var log = await OpenedLog.OpenAsync(redis.ConnectionString);
        await redis.KillAsync();
        var facts = new ChannelSource("facts", SourceKind.Facts);
        for (var i = 0; i < Count; i++)
        {
            facts.Give(i.ToString(CultureInfo.InvariantCulture));
        }

        await using var producer = await Started.AsyncWith(log, facts);
        await UntilAsync(() => Task.FromResult(facts.Taken >= Publisher.MaxWaiting));
        await Task.Delay(500, Cancelled);

        // Those that wait, a batch under way and the one that has no room.
        Assert.InRange(facts.Taken, Publisher.MaxWaiting, Publisher.MaxWaiting + 201);

        await redis.StartAsync(Cancelled);
        var events = await log.ReadAllAsync(Count);
        Assert.Equal(Enumerable.Range(0, Count).Select(i => i.ToString(CultureInfo.InvariantCulture)), events.Select(Text));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_source_that_throws_is_started_again_and_the_others_go_on()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        await using var redis = await RedisServer.LaunchAsync(cancellationToken: Cancelled);
        await using var log = await OpenedLog.OpenAsync(redis.ConnectionString);
        var broken = new ChannelSource("broken", SourceKind.Facts);
        var sound = new ChannelSource("sound", SourceKind.Facts);
        await using var producer = await Started.AsyncWith(log, broken, sound);

        broken.Give("1");
        broken.Give(null);
        broken.Give("2");
        await log.ReadAllAsync(1);
        sound.Give("3");
        Assert.Equal(["1", "3"], (await log.ReadAllAsync(2)).Select(Text));

        Assert.Equal(["1", "3", "2"], (await log.ReadAllAsync(3)).Select(Text));
    }

    [Fact(Timeout = 60_000)]
    public async Task An_event_that_no_log_would_take_does_not_stop_those_behind_it()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        await using var redis = await RedisServer.LaunchAsync(cancellationToken: Cancelled);
        await using var log = await OpenedLog.OpenAsync(redis.ConnectionString);
        var topics = new ChannelSource("line\nbreak", SourceKind.Facts);
        var sound = new ChannelSource("sound", SourceKind.Facts);
        await using var producer = await Started.AsyncWith(log, topics, sound);

        topics.Give("refused");
        await UntilAsync(() => Task.FromResult(topics.Taken == 1));
        sound.Give("taken");

        Assert.Equal(["taken"], (await log.ReadAllAsync(1)).Select(Text));
    }

    [Fact(Timeout = 60_000)]
    public async Task Each_event_travels_with_the_span_that_published_it_and_is_counted_by_source()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        await using var redis = await RedisServer.LaunchAsync(cancellationToken: Cancelled);
        await using var log = await OpenedLog.OpenAsync(redis.ConnectionString);
        var spans = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = activities => activities.Name == "SseAspire.Producer",
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                lock (spans)
                {
                    spans.Add(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        var counted = new List<(long Value, string? Source)>();
        using var meters = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument is { Name: "sse.events.published", Meter.Name: "SseAspire.Producer" })
                {
                    listening.EnableMeasurementEvents(instrument);
                }
            },
        };
        meters.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            lock (counted)
            {
                counted.Add((value, tags[0].Key == "source" ? tags[0].Value as string : null));
            }
        });
        meters.Start();
        var traced = new ChannelSource("traced", SourceKind.Facts);
        traced.Give("1");
        traced.Give("2");
        traced.Give("3");
        await using (await Started.AsyncWith(log, traced))
        {
            await log.ReadAllAsync(3);
        }

        var events = await log.ReadAllAsync();
        var own = spans.Where(span => span.DisplayName == "publish test/traced").ToDictionary(span => span.Id!);
        Assert.Equal(3, own.Count);
        Assert.Equal(3, own.Values.Select(span => span.TraceId).Distinct().Count());
        foreach (var e in events)
        {
            var span = own[e.TraceParent!];
            Assert.Equal(ActivityKind.Producer, span.Kind);
            Assert.Equal("redis", span.GetTagItem("messaging.system"));
            Assert.Equal("publish", span.GetTagItem("messaging.operation.name"));
            Assert.Equal("test/traced", span.GetTagItem("messaging.destination.name"));
        }

        Assert.Equal(3, counted.Where(count => count.Source == "traced").Sum(count => count.Value));
    }

    [Fact(Timeout = 60_000)]
    public async Task While_they_pause_sources_are_not_read_on_and_no_fact_is_lost()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        await using var redis = await RedisServer.LaunchAsync(cancellationToken: Cancelled);
        await using var log = await OpenedLog.OpenAsync(redis.ConnectionString);
        var facts = new ChannelSource("facts", SourceKind.Facts);
        var state = new ChannelSource("state", SourceKind.State);
        await using var producer = await Started.AsyncWith(log, facts, state);
        facts.Give("before");
        await log.ReadAllAsync(1);

        producer.Pause.Begin();
        foreach (var data in new[] { "1", "2", "3" })
        {
            facts.Give(data);
            state.Give(data);
        }

        // What each was waiting for when the pause began is held, the rest stays where it is.
        await UntilAsync(() => Task.FromResult(facts.Taken == 2 && state.Taken == 1));
        await Task.Delay(200, Cancelled);
        Assert.Equal((2, 1), (facts.Taken, state.Taken));
        Assert.Equal(["before"], (await log.ReadAllAsync()).Select(Text));

        producer.Pause.End();
        await UntilAsync(async () => (await log.ReadAllAsync()).Any(e => e.Topics[0] == "test/state" && Text(e) == "3"));
        var events = await log.ReadAllAsync(5);
        Assert.Equal(["before", "1", "2", "3"], events.Where(e => e.Topics[0] == "test/facts").Select(Text));
        // The state from before the pause is not news any more.
        Assert.DoesNotContain("1", events.Where(e => e.Topics[0] == "test/state").Select(Text));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_producer_that_pauses_stops_soon()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        await using var redis = await RedisServer.LaunchAsync(cancellationToken: Cancelled);
        await using var log = await OpenedLog.OpenAsync(redis.ConnectionString);
        var facts = new ChannelSource("facts", SourceKind.Facts);
        var producer = await Started.AsyncWith(log, facts);
        producer.Pause.Begin();
        facts.Give("1");
        await UntilAsync(() => Task.FromResult(facts.Taken == 1));

        await producer.DisposeAsync();

        Assert.Empty(await log.ReadAllAsync());
    }

    [Fact(Timeout = 60_000)]
    public async Task A_producer_stops_soon_while_Redis_is_away()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        await using var redis = await RedisServer.LaunchAsync(cancellationToken: Cancelled);
        var log = await OpenedLog.OpenAsync(redis.ConnectionString);
        await redis.KillAsync();
        var facts = new ChannelSource("facts", SourceKind.Facts);
        facts.Give("1");
        var producer = await Started.AsyncWith(log, facts);
        await UntilAsync(() => Task.FromResult(facts.Taken == 1));

        var stopping = Stopwatch.StartNew();
        await producer.DisposeAsync();
        await log.DisposeAsync();

        Assert.InRange(stopping.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(8));
    }

    private static string Text(Event e) => Encoding.UTF8.GetString(e.Data.Span);

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        while (!await holds())
        {
            await Task.Delay(20, Cancelled);
        }
    }

    /// <summary>A producer that runs these sources.</summary>
    private sealed class Started : IAsyncDisposable
    {
        private readonly ServiceProvider _services;
        private readonly SourceRunner _runner;

        private Started(OpenedLog log, IEventSource[] sources)
        {
            _services = new ServiceCollection()
                .AddMetrics().AddOptions().AddSingleton(TimeProvider.System).AddSingleton<ProducerTelemetry>().BuildServiceProvider();
            _runner = new SourceRunner(
                sources,
                log.Log,
                _services.GetRequiredService<ProducerTelemetry>(),
                Pause,
                TimeProvider.System,
                NullLogger<SourceRunner>.Instance);
        }

        public Pause Pause { get; } = new(TimeProvider.System, NullLogger<Pause>.Instance);

        public static async Task<Started> AsyncWith(OpenedLog log, params IEventSource[] sources)
        {
            var started = new Started(log, sources);
            await started._runner.StartAsync(Cancelled);
            return started;
        }

        public async ValueTask DisposeAsync()
        {
            await _runner.StopAsync(CancellationToken.None);
            _runner.Dispose();
            await _services.DisposeAsync();
        }
    }
}
