using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using SseAspire.Api.Hub;
using SseAspire.Broker;
using SseAspire.Testing;
using StackExchange.Redis;

namespace SseAspire.Api.Tests;

/// <summary>Pages of the log that are read before a reader asks for them.</summary>
public sealed class LogPagesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task A_page_that_is_read_ahead_in_vain_alarms_nobody()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        var alarms = new ConcurrentQueue<Exception>();
        void Alarm(object? sender, UnobservedTaskExceptionEventArgs e) => alarms.Enqueue(e.Exception);

        TaskScheduler.UnobservedTaskException += Alarm;
        try
        {
            Assert.True(await ReadAheadInVainAsync() > 0);
            for (var i = 0; i < 3; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Alarm;
        }

        Assert.Empty(alarms);
    }

    /// <summary>Reads first pages and stops Redis behind them, until a page that follows could not be read ahead.</summary>
    private static async Task<int> ReadAheadInVainAsync()
    {
        await using var redis = await RedisServer.LaunchAsync(cancellationToken: Cancellation);
        var configuration = ConfigurationOptions.Parse(redis.ConnectionString);
        EventLogRegistration.ForLog(configuration);
        configuration.AsyncTimeout = 500;
        await using var connection = await ConnectionMultiplexer.ConnectAsync(configuration);
        await using var log = new EventLog(connection, Options.Create(new LogOptions()), TimeProvider.System, NullLogger<EventLog>.Instance);
        await log.AppendAsync([.. Enumerable.Range(0, 5_000).Select(i => Event.Create("test", $"{i}", DateTimeOffset.UtcNow))], Cancellation);
        var failed = 0;
        for (var round = 0; round < 20 && failed == 0; round++)
        {
            using var pages = new LogPages(log, TimeProvider.System);
            var first = await pages.ReadAsync(EventId.Earliest, Cancellation);
            redis.Pause();
            try
            {
                // The first page has begun with those that follow it.
                var ahead = pages.ReadAsync(first.Last, Cancellation);
                await Task.Delay(1_000, Cancellation);
                failed += ahead.IsFaulted ? 1 : 0;
                _ = ahead.Exception;
            }
            finally
            {
                redis.Resume();
            }
        }

        return failed;
    }
}
