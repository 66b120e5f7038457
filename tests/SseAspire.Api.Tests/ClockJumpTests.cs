using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using SseAspire.Api.Hub;
using SseAspire.Api.Metering;
using SseAspire.Api.Operations;
using SseAspire.Broker;
using SseAspire.ServiceDefaults;
using SseAspire.Testing;
using StackExchange.Redis;

namespace SseAspire.Api.Tests;

/// <summary>A wall clock that is set, by an operator or by NTP, changes nothing about how long something lasts.</summary>
public sealed class ClockJumpTests
{
    private static readonly TimeSpan Forward = TimeSpan.FromMinutes(80);
    private static readonly TimeSpan Back = TimeSpan.FromMinutes(-10);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<TimeSpan> Jumps => [Forward, Back];

    [Theory]
    [MemberData(nameof(Jumps))]
    public async Task Streams_stay_open_and_heartbeats_go_on_when_the_wall_clock_jumps(TimeSpan jump)
    {
        var time = new WallClock();
        await using var app = await HubApp.StartAsync(configure: builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(time);
            builder.Services.Configure<HubOptions>(hub => hub.Heartbeat = TimeSpan.FromSeconds(1));
        });
        await using var stream = await OpenStream.OpenAsync(app.Address, "topic=a&heartbeat=event");
        await using var socket = await EventSocket.OpenAsync(app.Address, "topic=a");
        Assert.Equal("heartbeat", (await stream.NextAsync()).Type);
        Assert.NotNull(await socket.NextAsync());

        time.Offset = jump;

        // Three turns of the hub's clock after the jump, at the least.
        foreach (var heartbeat in await stream.NextAsync(3))
        {
            Assert.Equal("heartbeat", heartbeat.Type);
            Assert.NotNull((await socket.NextAsync())!["next"]);
        }

        app.Publish("a", "after the jump");
        while (await stream.NextAsync() is var next && next.Data != "after the jump")
        {
            Assert.Equal("heartbeat", next.Type);
        }

        Assert.False(stream.Ended.IsCompleted);
        Assert.InRange(app.Hub.SinceTick, TimeSpan.Zero, TimeSpan.FromSeconds(20));
    }

    [Theory]
    [MemberData(nameof(Jumps))]
    public async Task Meters_count_the_processor_time_of_a_replica_whose_wall_clock_differs(TimeSpan difference)
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        await using var server = await RedisServer.LaunchAsync(cancellationToken: Cancellation);
        await using var redis = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString);
        using var first = Open(redis, new WallClock());
        using var second = Open(redis, new WallClock { Offset = difference });

        await first.ReadAsync(["a"]);
        var seen = await second.ReadAsync(["a"]);
        var by = await first.ReadAsync(["a"]);

        Assert.Equal((2, 2), (seen.Replicas, by.Replicas));
    }

    private static MeterLedger Open(IConnectionMultiplexer redis, TimeProvider time) => new(
        new Meters(time), redis, Options.Create(new LogOptions()), Options.Create(new OperationsOptions { Enabled = true }), time);

    /// <summary>The machine's time, whose wall clock alone can be set.</summary>
    private sealed class WallClock : TimeProvider
    {
        private long _offset;

        public TimeSpan Offset
        {
            get => new(Volatile.Read(ref _offset));
            set => Volatile.Write(ref _offset, value.Ticks);
        }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Offset;
    }
}
