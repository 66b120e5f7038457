using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace SseAspire.Broker.Tests;

/// <summary>
/// The log of one hub, opened as a service of its own would open it: with its own connection. Another
/// opened with the same hub's name is another process to the log.
/// </summary>
internal sealed class OpenedLog : IAsyncDisposable
{
    private OpenedLog(IConnectionMultiplexer redis, LogOptions options, TimeProvider time, ILogger<EventLog> logger)
    {
        Redis = redis;
        Options = options;
        Keys = new LogKeys(options.Hub);
        Log = new EventLog(redis, Microsoft.Extensions.Options.Options.Create(options), time, logger);
    }

    public EventLog Log { get; }

    public LogOptions Options { get; }

    public LogKeys Keys { get; }

    public IConnectionMultiplexer Redis { get; }

    /// <summary>What another client would do to the hub's keys by hand.</summary>
    public IDatabase ByHand => Redis.GetDatabase();

    public static async Task<OpenedLog> OpenAsync(string connectionString, LogOptions? options = null, TimeProvider? time = null, ILogger<EventLog>? logger = null)
    {
        var configuration = ConfigurationOptions.Parse(connectionString);
        EventLogRegistration.ForLog(configuration);
        return new OpenedLog(
            await ConnectionMultiplexer.ConnectAsync(configuration),
            options ?? NewHub(),
            time ?? TimeProvider.System,
            logger ?? NullLogger<EventLog>.Instance);
    }

    /// <summary>Settings of a hub that no other test uses.</summary>
    public static LogOptions NewHub() => new() { Hub = $"test-{Guid.NewGuid():N}" };

    public async ValueTask DisposeAsync()
    {
        await Log.DisposeAsync();
        await Redis.DisposeAsync();
    }
}
