using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using SseAspire.Api.Hub;
using SseAspire.Api.Metering;
using SseAspire.Broker;
using StackExchange.Redis;

namespace SseAspire.Api.Operations;

/// <summary>
/// Carries an operator's word to every replica, whichever of them was asked: over the control channel.
/// </summary>
internal sealed partial class Control(
    IConnectionMultiplexer redis,
    IOptions<LogOptions> options,
    EventHub hub,
    Meters meters,
    Restart restart,
    TimeProvider time,
    ILogger<Control> logger) : BackgroundService
{
    private const string DropWord = "drop";
    private const string DroppedWord = "dropped";
    private const string AnnounceWord = "announce";
    private const string AnnouncedWord = "announced";
    private const string CutWord = "cut";
    private const string RestartWord = "restart";

    /// <summary>How long the replicas have to answer; each does so in milliseconds.</summary>
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(1);

    private readonly RedisChannel _channel = new LogKeys(options.Value.Hub).Control;
    private readonly ConcurrentDictionary<string, ChannelWriter<int>> _asked = new(StringComparer.Ordinal);

    /// <summary>Cuts a share of the streams of every replica.</summary>
    /// <returns>How many replicas were told, how many of them have answered in time, and how many streams those dropped.</returns>
    /// <exception cref="BrokerUnavailableException">Redis is away.</exception>
    public async Task<(long Replicas, int Answered, int Dropped)> DropAsync(double share)
    {
        var (replicas, answers) = await AskAsync(question => string.Create(CultureInfo.InvariantCulture, $"{DropWord} {share} {question}"));
        return (replicas, answers.Count, answers.Sum());
    }

    /// <summary>Announces meters on every replica: requests that carry them are counted there as soon as it has answered.</summary>
    /// <returns>How many replicas were told, and how many of them have answered in time.</returns>
    /// <exception cref="BrokerUnavailableException">Redis is away.</exception>
    public async Task<(long Replicas, int Answered)> AnnounceAsync(IEnumerable<string> names)
    {
        var (replicas, answers) = await AskAsync(question => $"{AnnounceWord} {question} {string.Join(' ', names)}");
        return (replicas, answers.Count);
    }

    /// <summary>Cuts the connections under these meters, and those of new requests for so long.</summary>
    /// <returns>How many replicas were told.</returns>
    /// <exception cref="BrokerUnavailableException">Redis is away.</exception>
    public Task<long> CutAsync(IEnumerable<string> names, TimeSpan lasting) =>
        TellAsync(string.Create(CultureInfo.InvariantCulture, $"{CutWord} {lasting.TotalSeconds} {string.Join(' ', names)}"));

    /// <summary>Has every replica begin anew.</summary>
    /// <returns>How many replicas were told.</returns>
    /// <exception cref="BrokerUnavailableException">Redis is away.</exception>
    public Task<long> RestartAsync() => TellAsync(RestartWord);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await redis.GetSubscriber().SubscribeAsync(_channel, (_, word) => Obey(word.ToString().Split(' ')));
        }
        catch (RedisServerException e)
        {
            SubscriptionRefused(_channel, e.Message.Split(' ')[0]);
        }
        catch (Exception e) when (BrokerUnavailableException.Covers(e))
        {
            // The client keeps what was subscribed to and subscribes by itself when it has connected; a second
            // call would have every word obeyed twice.
        }
    }

    /// <summary>Tells every replica, and waits for their answers.</summary>
    /// <param name="wordOf">What they are told, from what their answers are known by.</param>
    private async Task<(long Replicas, IReadOnlyList<int> Answers)> AskAsync(Func<string, string> wordOf)
    {
        var question = Guid.NewGuid().ToString("N");
        var incoming = Channel.CreateUnbounded<int>();
        _asked[question] = incoming.Writer;
        try
        {
            var replicas = await TellAsync(wordOf(question));
            var answers = new List<int>();
            using var late = new CancellationTokenSource(AnswerTime, time);
            try
            {
                while (answers.Count < replicas)
                {
                    answers.Add(await incoming.Reader.ReadAsync(late.Token));
                }
            }
            catch (OperationCanceledException)
            {
                // One has left, or is slow.
            }

            return (replicas, answers);
        }
        finally
        {
            _asked.TryRemove(question, out _);
        }
    }

    private async Task<long> TellAsync(string word)
    {
        try
        {
            return await redis.GetSubscriber().PublishAsync(_channel, word);
        }
        catch (Exception e) when (BrokerUnavailableException.Covers(e))
        {
            throw new BrokerUnavailableException("The replicas cannot be told.", e);
        }
    }

    private void Obey(string[] word)
    {
        switch (word)
        {
            case [DropWord, var text, var question] when double.TryParse(text, CultureInfo.InvariantCulture, out var share):
                Answer(DroppedWord, question, DropStreams(share));
                break;
            case [AnnounceWord, var question, .. var names]:
                Answer(AnnouncedWord, question, names.Count(name => meters.TryOpen(name, out _)));
                break;
            case [DroppedWord or AnnouncedWord, var question, var text] when int.TryParse(text, CultureInfo.InvariantCulture, out var answer):
                if (_asked.TryGetValue(question, out var asked))
                {
                    asked.TryWrite(answer);
                }

                break;
            case [CutWord, var text, .. var names] when double.TryParse(text, CultureInfo.InvariantCulture, out var seconds):
                CutConnections(names, TimeSpan.FromSeconds(seconds));
                break;
            case [RestartWord]:
                Restarting();
                restart.Begin();
                break;
        }
    }

    private void Answer(string word, string question, int count)
    {
        try
        {
            redis.GetSubscriber().Publish(
                _channel, string.Create(CultureInfo.InvariantCulture, $"{word} {question} {count}"), CommandFlags.FireAndForget);
        }
        catch (Exception e) when (BrokerUnavailableException.Covers(e))
        {
            // Who asked reports that this one has not answered.
        }
    }

    private int DropStreams(double share)
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
        return dropped;
    }

    private void CutConnections(string[] names, TimeSpan lasting)
    {
        var cut = 0;
        foreach (var name in names)
        {
            // Announced thereby, so that those that come meanwhile are cut; where there are too many, none is.
            if (meters.TryOpen(name, out var meter))
            {
                cut += meter.Cut(lasting);
            }
        }

        ConnectionsCut(cut, lasting);
    }

    [LoggerMessage(LogLevel.Warning, "Redis refuses the subscription of channel {Channel} ({Code}): operations do not reach this replica. Allow the channel, see docs/operations.md")]
    private partial void SubscriptionRefused(RedisChannel channel, string code);

    [LoggerMessage(LogLevel.Information, "{Count} streams were dropped by an operator")]
    private partial void StreamsDropped(int count);

    [LoggerMessage(LogLevel.Information, "{Count} connections were cut by an operator, for {Lasting}")]
    private partial void ConnectionsCut(int count, TimeSpan lasting);

    [LoggerMessage(LogLevel.Information, "An operator has the API begin anew")]
    private partial void Restarting();
}
