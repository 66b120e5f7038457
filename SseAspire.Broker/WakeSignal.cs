using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace SseAspire.Broker;

/// <summary>
/// Tells a tail that something may have been appended: when the wake channel stirs, and once a second.
/// It only shortens a wait: a wake-up that is lost costs latency, never an event. Wake-ups that come
/// while nobody waits coalesce into one.
/// </summary>
internal sealed partial class WakeSignal : IAsyncDisposable
{
    private static readonly TimeSpan AtLatest = TimeSpan.FromSeconds(1);

    private readonly Channel<bool> _stirred = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly IConnectionMultiplexer _redis;
    private readonly RedisChannel _channel;
    private readonly ITimer _timer;
    private readonly ILogger _logger;

    public WakeSignal(IConnectionMultiplexer redis, RedisChannel channel, TimeProvider time, ILogger logger)
    {
        (_redis, _channel, _logger) = (redis, channel, logger);
        _timer = time.CreateTimer(_ => Stir(), null, AtLatest, AtLatest);
    }

    /// <summary>
    /// Subscribes to the channel; where Redis is away, as soon as it is back. To be called once: a second
    /// call would stir twice.
    /// </summary>
    public async Task SubscribeAsync()
    {
        try
        {
            await _redis.GetSubscriber().SubscribeAsync(_channel, OnPublished);
        }
        catch (RedisServerException e)
        {
            SubscriptionRefused(_channel, Refusal.CodeOf(e) ?? "no code");
        }
        catch (Exception e) when (BrokerUnavailableException.Covers(e))
        {
            // The client keeps what was subscribed to and subscribes by itself when it has connected.
        }
    }

    public async Task WaitAsync(CancellationToken cancellationToken) => await _stirred.Reader.ReadAsync(cancellationToken);

    private void OnPublished(RedisChannel from, RedisValue nothing) => Stir();

    private void Stir() => _stirred.Writer.TryWrite(true);

    [LoggerMessage(LogLevel.Warning, "Redis refuses the subscription of channel {Channel} ({Code}): new events are seen within a second instead of at once. Allow the channel, see docs/operations.md")]
    private partial void SubscriptionRefused(RedisChannel channel, string code);

    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        try
        {
            await _redis.GetSubscriber().UnsubscribeAsync(_channel, OnPublished, CommandFlags.FireAndForget);
        }
        catch (Exception e) when (BrokerUnavailableException.Covers(e))
        {
            // Redis is away or the process ends: there is nothing left to unsubscribe from.
        }
    }
}
