using System.Globalization;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace SseAspire.Broker;

/// <summary>
/// Writes to the log, one batch in flight: what is published while a batch is under way goes out with the
/// next, in order. A batch whose reply was lost is tried again under its number, so that it is appended once.
/// </summary>
internal sealed partial class Appender : IAsyncDisposable
{
    /// <summary>Events that share one script call. A larger publication goes alone, never in parts.</summary>
    private const int MaxBatch = 1_000;

    /// <summary>Arguments of the script before the first event.</summary>
    private const int Header = 6;

    /// <summary>
    /// Bytes of payload that share one script call, during which Redis serves nobody else. A larger
    /// publication goes alone.
    /// </summary>
    private const long MaxBatchBytes = 4 * 1024 * 1024;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(50);

    private readonly IConnectionMultiplexer _redis;
    private readonly LogKeys _keys;
    private readonly LogOptions _options;
    private readonly TimeProvider _time;
    private readonly EpochKeeper _epochs;
    private readonly ILogger _logger;
    private readonly RedisKey _lastBatch;

    // Not bounded: a publisher waits for its append, so there is nothing here that is not waited for, and
    // waiting to be let in would hold the same event in memory.
    private readonly Channel<Publication> _waiting = Channel.CreateUnbounded<Publication>(
        new UnboundedChannelOptions { SingleReader = true });

    private readonly Task _running;
    private (EpochRecord Record, byte[] Script)? _epoch;
    private ulong _batchNumber;
    private volatile Exception? _lastFailure;

    public Appender(IConnectionMultiplexer redis, LogKeys keys, LogOptions options, TimeProvider time, ILogger logger)
    {
        (_redis, _keys, _options, _time, _logger) = (redis, keys, options, time, logger);
        _epochs = new EpochKeeper(redis, keys, time);
        _lastBatch = keys.Appended(Guid.NewGuid());
        _running = Task.Run(RunAsync);
    }

    /// <summary>Appends in order, all or nothing, and returns the id of the last.</summary>
    /// <exception cref="BrokerUnavailableException">Redis was away for longer than <see cref="LogOptions.AppendTimeout"/>.</exception>
    public async Task<EventId> AppendAsync(IReadOnlyList<Event> events, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        // Laid out here, on the publisher's thread and before the first await: what the publisher does to
        // its list afterwards can reach neither the log nor the others of its batch.
        var publication = new Publication(EntryFields.Write(events), events.Count, events.Sum(e => (long)e.Data.Length));
        if (!_waiting.Writer.TryWrite(publication))
        {
            throw new BrokerUnavailableException("The event log is closed.");
        }

        try
        {
            // Each publication has its own time, wherever it is then: in the queue or under way.
            return await publication.Appended.Task.WaitAsync(_options.AppendTimeout, _time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new BrokerUnavailableException(
                "The event log cannot be reached, so the event may not have been published.", _lastFailure);
        }
        finally
        {
            publication.IsGivenUp = true;
        }
    }

    private async Task RunAsync()
    {
        var batch = new List<Publication>();
        while (await _waiting.Reader.WaitToReadAsync())
        {
            batch.Clear();
            var (events, bytes) = (0, 0L);
            while (_waiting.Reader.TryPeek(out var next))
            {
                if (batch.Count > 0 && (events + next.Events > MaxBatch || bytes + next.Bytes > MaxBatchBytes))
                {
                    break;
                }

                _waiting.Reader.TryRead(out _);
                if (!next.IsGivenUp)
                {
                    batch.Add(next);
                    events += next.Events;
                    bytes += next.Bytes;
                }
            }

            if (batch.Count > 0)
            {
                await AppendAsync(batch, events);
            }
        }
    }

    private async Task AppendAsync(List<Publication> batch, int events)
    {
        _batchNumber++;
        var values = LayOut(batch, events);
        var tries = 0;
        // Nobody waits for it any more: what its publishers were told has failed is better not appended.
        while (!batch.TrueForAll(publication => publication.IsGivenUp))
        {
            try
            {
                var last = await AppendOnceAsync(values);
                _lastFailure = null;
                for (var i = batch.Count - 1; i >= 0; i--)
                {
                    batch[i].Appended.TrySetResult(last);
                    last = last with { Sequence = last.Sequence - (ulong)batch[i].Events };
                }

                return;
            }
            catch (Exception e) when (BrokerUnavailableException.Covers(e))
            {
                var wasUnknown = e is RedisServerException refusal && IsEpochUnknown(refusal);
                if (wasUnknown)
                {
                    _epoch = null;
                }

                _lastFailure = e;
                // To ask for the epoch is no reason to wait, unless it does not help.
                if (!wasUnknown || ++tries > 3)
                {
                    await Task.Delay(RetryDelay, _time);
                }
            }
            catch (Exception e)
            {
                // Whatever else went wrong is these publishers' to know; those behind them still get their turn.
                foreach (var publication in batch)
                {
                    publication.Fail(e);
                }

                return;
            }
        }

        if (_lastFailure is { } failure)
        {
            AppendFailed(failure.Message);
        }
    }

    /// <summary>The script's arguments: those that all batches have, then the events.</summary>
    private RedisValue[] LayOut(List<Publication> batch, int events)
    {
        var values = new RedisValue[Header + batch.Sum(publication => publication.Values.Count)];
        values[2] = _options.MaxEvents;
        values[3] = (byte[])_keys.Wake!;
        values[4] = _batchNumber;
        values[5] = events;
        var at = Header;
        foreach (var publication in batch)
        {
            publication.Values.CopyTo(values, at);
            at += publication.Values.Count;
        }

        return values;
    }

    private async Task<EventId> AppendOnceAsync(RedisValue[] values)
    {
        var (record, script) = _epoch ??= await _epochs.EstablishAsync();
        values[0] = (record with { IsNew = false }).ToString();
        values[1] = record.Epoch;
        var reply = await _redis.GetDatabase().ScriptEvaluateAsync(script, [_keys.Log, _keys.Epoch, _lastBatch], values);
        return EventId.TryParse((string?)reply, out var last)
            ? last
            : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"the append script answered '{reply}'"));
    }

    private static bool IsEpochUnknown(RedisServerException e) =>
        // Some servers put ERR before an error that a script makes.
        e.Message.Contains("EPOCH ", StringComparison.Ordinal)
        || e.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal)
        // The record was deleted while the stream was not, or the other way round.
        || e.Message.Contains("equal or smaller than the target stream top item", StringComparison.Ordinal);

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _running;
    }

    [LoggerMessage(LogLevel.Warning, "Events could not be appended to the log: {Reason}")]
    private partial void AppendFailed(string reason);

    private sealed class Publication(List<RedisValue> values, int events, long bytes)
    {
        private volatile bool _isGivenUp;

        public List<RedisValue> Values { get; } = values;

        public int Events { get; } = events;

        public long Bytes { get; } = bytes;

        public TaskCompletionSource<EventId> Appended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Whether its publisher waits no longer.</summary>
        public bool IsGivenUp
        {
            get => _isGivenUp;
            set => _isGivenUp = value;
        }

        public void Fail(Exception e)
        {
            Appended.TrySetException(e);
            // Observed: nobody may be waiting any more, and what nobody observes alarms the whole process.
            _ = Appended.Task.Exception;
        }
    }
}
