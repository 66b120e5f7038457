using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SseAspire.Api.Tests.Attacks;
using SseAspire.Broker;
using SseAspire.ServiceDefaults;
using SseAspire.Testing;
using StackExchange.Redis;

namespace SseAspire.Api.Tests;

/// <summary>Whatever somebody writes to Redis by hand stops neither a replica nor a reader.</summary>
public sealed class ForeignEntryTests
{
    private const string Topic = "foreign/numbered";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task An_entry_of_another_shape_is_skipped_and_logged_and_readers_get_what_follows()
    {
        await using var redis = await LaunchAsync();
        await using var api = await ServiceProcess.StartApiAsync(redis.ConnectionString);
        await using var client = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        await using var stream = await OpenStream.OpenAsync(api.Address, $"topic={Topic}");

        await client.GetDatabase().ExecuteAsync("XADD", new LogKeys("main").Log, "*", "x", "y");
        await PublishAsync(api, 1);

        SseFrame frame;
        do
        {
            // By hand it took an epoch of its own, which readers are told of.
            frame = await stream.NextAsync();
        }
        while (frame.Type == "gap");
        Assert.Equal("1", frame.Data);
        Assert.False(api.Process.HasExited);
        // The console's line arrives some time after the event.
        for (var tries = 0; tries < 100 && !api.Output.Contains("Skipped 1 log entries", StringComparison.Ordinal); tries++)
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        Assert.Contains("Skipped 1 log entries", api.Output, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task An_event_that_publishers_may_no_longer_append_is_delivered_where_the_log_has_it_already()
    {
        await using var redis = await LaunchAsync();
        await using var api = await ServiceProcess.StartApiAsync(redis.ConnectionString);
        await using var client = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        await PublishAsync(api, 1);
        var deep = string.Join('/', Enumerable.Repeat("a", 20));
        await client.GetDatabase().ExecuteAsync(
            "XADD", new LogKeys("main").Log, "*", "topic", Topic, "topic", deep, "data", "2", "at", "1795363132834", "type", "error", "retry", "2147483647");

        await using var stream = await OpenStream.OpenAsync(api.Address, $"topic={Topic}&lastEventId=earliest");

        SseFrame frame;
        do
        {
            frame = await stream.NextAsync();
        }
        while (frame.Type != "error");
        Assert.Equal("2", frame.Data);
    }

    [Fact(Timeout = 120_000)]
    public async Task An_epoch_record_that_is_no_text_is_replaced_and_publishers_go_on()
    {
        await using var redis = await LaunchAsync();
        await using var api = await ServiceProcess.StartApiAsync(redis.ConnectionString);
        await using var client = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        await PublishAsync(api, 1);

        await client.GetDatabase().StringSetAsync(new LogKeys("main").Epoch, new byte[] { 0xFF, 0xFE, 0x00 });

        await PublishAsync(api, 2);
    }

    [Fact(Timeout = 300_000)]
    public async Task Random_entries_under_load_cost_no_reader_an_event()
    {
        const int Events = 300;
        await using var redis = await LaunchAsync();
        // Own seed in the message of a failure, so that it can be repeated.
        var seed = Environment.TickCount;
        await using var api = await ServiceProcess.StartApiAsync(redis.ConnectionString, SharedApi.Patience, ("Hub__CompressFrom", "1"));
        await using var client = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        await using var plain = await OpenStream.OpenAsync(api.Address, $"topic={Topic}");
        await using var all = await OpenStream.OpenAsync(api.Address, "topic=**&envelope=true");
        using var stats = await api.Client.GetAsync("/stats/stream", HttpCompletionOption.ResponseHeadersRead, Cancellation);
        var entries = new ForeignEntries(client.GetDatabase(), new Random(seed));
        var published = 0;
        using var done = new CancellationTokenSource();
        var byHand = Task.Run(() => entries.WriteAsync(done.Token), Cancellation);

        while (published < Events)
        {
            await PublishAsync(api, published++);
        }

        await done.CancelAsync();
        await byHand;
        var numbers = new List<string>();
        while (numbers is [] || numbers[^1] != $"{Events - 1}")
        {
            if (await plain.NextAsync() is { Type: "message" } frame)
            {
                numbers.Add(frame.Data);
            }
        }

        Assert.False(api.Process.HasExited, $"seed {seed}\n{api.Output}");
        Assert.True(entries.Written > Events / 10, $"{entries.Written} written by hand");
        Assert.Equal(Enumerable.Range(0, Events).Select(number => $"{number}"), numbers);
        Assert.DoesNotContain("fail: ", api.Output, StringComparison.Ordinal);
        using var health = await api.Client.GetAsync("/health", Cancellation);
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        using var figures = await api.Client.GetAsync("/stats", Cancellation);
        Assert.Equal(HttpStatusCode.OK, figures.StatusCode);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_log_that_has_no_id_left_refuses_publishers_and_stops_no_replica()
    {
        await using var redis = await LaunchAsync();
        await using var api = await ServiceProcess.StartApiAsync(redis.ConnectionString, ("Log__AppendTimeout", "00:00:01"));
        await using var client = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        await using var stream = await OpenStream.OpenAsync(api.Address, $"topic={Topic}");
        var log = new LogKeys("main").Log;
        var last = $"{ulong.MaxValue}-{ulong.MaxValue}";
        await client.GetDatabase().ExecuteAsync("XADD", log, last, "x", "y");

        using var refused = await PostAsync(api, 1);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.False(api.Process.HasExited);
        using var alive = await api.Client.GetAsync("/alive", Cancellation);
        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);
    }

    [Fact]
    public async Task A_process_whose_background_service_fails_exits_with_a_code_that_says_so()
    {
        var before = Environment.ExitCode;
        var builder = WebApplication.CreateSlimBuilder();
        builder.AddServiceDefaults();
        builder.Services.AddHostedService<FailingService>();
        await using var host = builder.Build();
        host.Urls.Add("http://127.0.0.1:0");
        try
        {
            await ((IHost)host).RunAsync(Cancellation);

            Assert.Equal(1, Environment.ExitCode);
        }
        finally
        {
            Environment.ExitCode = before;
        }
    }

    private static Task<RedisServer> LaunchAsync()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        return RedisServer.LaunchAsync(cancellationToken: Cancellation);
    }

    private static async Task PublishAsync(ServiceProcess api, int number)
    {
        using var answer = await PostAsync(api, number);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Cancellation) + api.Output);
    }

    private static Task<HttpResponseMessage> PostAsync(ServiceProcess api, int number) =>
        api.Client.PostAsJsonAsync("/events", new { topic = Topic, data = $"{number}" }, Cancellation);
}

/// <summary>Ends as soon as the host has started, as one with a defect does.</summary>
internal sealed class FailingService(IHostApplicationLifetime lifetime) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task;
        throw new InvalidOperationException("A defect.");
    }
}
