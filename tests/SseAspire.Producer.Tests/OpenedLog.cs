using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using SseAspire.Broker;
using StackExchange.Redis;

namespace SseAspire.Producer.Tests;

/// <summary>The log of a hub of its own, opened as a service opens it.</summary>
internal sealed class OpenedLog : IAsyncDisposable
{
    private readonly IConnectionMultiplexer _redis;

    private OpenedLog(IConnectionMultiplexer redis, LogOptions options)
    {
        _redis = redis;
        Hub = options.Hub;
        Log = new EventLog(redis, Options.Create(options), TimeProvider.System, NullLogger<EventLog>.Instance);
    }

    public EventLog Log { get; }

    public string Hub { get; }

    public static async Task<OpenedLog> OpenAsync(string connectionString)
    {
        var configuration = ConfigurationOptions.Parse(connectionString);
        EventLogRegistration.ForLog(configuration);
        return new OpenedLog(
            await ConnectionMultiplexer.ConnectAsync(configuration),
            new LogOptions { Hub = $"test-{Guid.NewGuid():N}", AppendTimeout = TimeSpan.FromMinutes(10) });
    }

    /// <summary>Everything in it.</summary>
    public async Task<List<Event>> ReadAllAsync()
    {
        var all = new List<Event>();
        var after = SseAspire.Broker.EventId.Earliest;
        while (await Log.ReadAfterAsync(after, EventLog.MaxRead, TestContext.Current.CancellationToken) is [.., var last] entries)
        {
            all.AddRange(entries.Select(entry => entry.Event));
            after = last.Id;
        }

        return all;
    }

    /// <summary>Everything in it, as soon as there is that much.</summary>
    public async Task<List<Event>> ReadAllAsync(int count)
    {
        while (true)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            try
            {
                var all = await ReadAllAsync();
                if (all.Count >= count)
                {
                    return all;
                }
            }
            catch (BrokerUnavailableException)
            {
                // It is on its way back.
            }

            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Log.DisposeAsync();
        await _redis.DisposeAsync();
    }
}
