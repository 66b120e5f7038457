using System.Globalization;
using Microsoft.Extensions.Options;
using SseAspire.Api.Hub;
using SseAspire.Broker;
using StackExchange.Redis;

namespace SseAspire.Api.Operations;

/// <summary>
/// Carries an operator's word to every replica, whichever of them was asked: over the control channel.
/// </summary>
internal sealed partial class Control(
    IConnectionMultiplexer redis, IOptions<LogOptions> options, EventHub hub, ILogger<Control> logger) : BackgroundService
{
    private const string DropWord = "drop ";

    private readonly RedisChannel _channel = new LogKeys(options.Value.Hub).Control;

    /// <summary>Cuts a share of the streams of every replica.</summary>
    /// <returns>How many replicas were told.</returns>
    /// <exception cref="BrokerUnavailableException">Redis is away.</exception>
    public async Task<long> DropAsync(double share)
    {
        try
        {
            return await redis.GetSubscriber().PublishAsync(_channel, DropWord + share.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (BrokerUnavailableException.Covers(e))
        {
            throw new BrokerUnavailableException("The replicas cannot be told.", e);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await redis.GetSubscriber().SubscribeAsync(_channel, (_, word) => Obey(word.ToString()));
        }
        catch (Exception e) when (BrokerUnavailableException.Covers(e))
        {
            // The client keeps what was subscribed to and subscribes by itself when it has connected; a second
            // call would have every word obeyed twice.
        }
    }

    private void Obey(string word)
    {
        if (word.StartsWith(DropWord, StringComparison.Ordinal)
            && double.TryParse(word.AsSpan(DropWord.Length), CultureInfo.InvariantCulture, out var share))
        {
            var dropped = 0;
            foreach (var subscription in hub.Subscriptions)
            {
                if (Random.Shared.NextDouble() < share)
                {
                    subscription.Cut();
                    dropped++;
                }
            }

            StreamsDropped(dropped);
        }
    }

    [LoggerMessage(LogLevel.Information, "{Count} streams were dropped by an operator")]
    private partial void StreamsDropped(int count);
}
