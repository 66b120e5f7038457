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

    private static readonly TimeSpan ReconfigureInterval = TimeSpan.FromSeconds(1);

    private readonly IConnectionMultiplexer _redis;
    private readonly LogOptions _options;
    private readonly TimeProvider _time;
    private readonly EpochKeeper _epochs;
    private readonly NewestKnown _newest;
    private readonly ILogger _logger;
    private readonly RedisKey[] _scriptKeys;
    private readonly RedisValue _wake;

    // Not bounded: a publisher waits for its append, so there is nothing here that is not waited for, and
    // waiting to be let in would hold the same event in memory.
    private readonly Channel<Publication> _waiting = Channel.CreateUnbounded<Publication>(
        new UnboundedChannelOptions { SingleReader = true });

    private long? _reconfiguredAt;
    private (EpochRecord Record, byte[] Script)? _epoch;
    private ulong _batchNumber;
    private volatile Exception? _lastFailure;
    private volatile LogRefusal? _refusal;

    public Appender(
        IConnectionMultiplexer redis, LogKeys keys, EpochKeeper epochs, NewestKnown newest, LogOptions options, TimeProvider time, ILogger logger)
    {
        (_redis, _epochs, _newest, _options, _time, _logger) = (redis, epochs, newest, options, time, logger);
        _scriptKeys = [keys.Log, keys.Epoch, keys.Appended(Guid.NewGuid()), keys.OwnIds, keys.OwnIdsInOrder];
        _wake = (byte[])keys.Wake!;
        Running = Task.Run(RunAsync);
    }

    /// <summary>The loop that carries out the appends: it ends when the appender is disposed of, or by a defect.</summary>
    public Task Running { get; }

    /// <summary>Why Redis refused the last batch; null where it took it.</summary>
    public LogRefusal? Refusal => _refusal;

    /// <summary>Appends in order, all or nothing.</summary>
    /// <exception cref="BrokerUnavailableException">Redis refuses, or was away for longer than
    /// <see cref="LogOptions.AppendTimeout"/>.</exception>
    public async Task<Appended> AppendAsync(IReadOnlyList<Event> events, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        // Laid out here, on the publisher's thread and before the first await: what the publisher does to
        // its list afterwards can reach neither the log nor the others of its batch.
        var publication = new Publication([.. events], EntryFields.Write(events));
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
                if (batch.Count > 0 && (events + next.Events.Length > MaxBatch || bytes + next.Bytes > MaxBatchBytes))
                {
                    break;
                }

                _waiting.Reader.TryRead(out _);
                if (!next.IsGivenUp)
                {
                    batch.Add(next);
                    events += next.Events.Length;
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
                var reply = await AppendOnceAsync(values);
                (_lastFailure, _refusal) = (null, null);
                Complete(batch, reply, reply.Expand(events));
                return;
            }
            catch (Exception e) when (BrokerUnavailableException.Covers(e))
            {
                var code = Broker.Refusal.CodeOf(e);
                if (code is "READONLY" && await ReconfigureAsync())
                {
                    continue;
                }

                if (code is not null && Broker.Refusal.IsLasting(code))
                {
                    Refuse(batch, code, e);
                    return;
                }

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

    private void Complete(List<Publication> batch, AppendReply reply, EventId[] ids)
    {
        var from = 0;
        foreach (var publication in batch)
        {
            var events = publication.Events;
            var known = 0;
            for (var i = 0; i < events.Length; i++)
            {
                if (ids[from + i] == reply.Last)
                {
                    _newest.Advance(new LogEntry(ids[from + i], events[i]));
                }

                known += reply.Known.Count > 0 && reply.Known.ContainsKey(from + i) ? 1 : 0;
            }

            publication.Appended.TrySetResult(new Appended(new ArraySegment<EventId>(ids, from, events.Length), events.Length - known));
            from += events.Length;
        }
    }

    /// <summary>
    /// Fails the batch at once: to wait would not help, and behind this batch others wait. The next one tries again.
    /// </summary>
    private void Refuse(List<Publication> batch, string code, Exception cause)
    {
        if (_refusal?.Code != code)
        {
            _refusal = new LogRefusal(code, _time.GetUtcNow());
            AppendRefused(_refusal.Reason);
        }

        _lastFailure = cause;
        foreach (var publication in batch)
        {
            publication.Fail(Broker.Refusal.ToException(code, cause));
        }
    }

    /// <summary>
    /// Looks for the server that is the master now: the client does so by itself once a minute only. False where it has
    /// just looked.
    /// </summary>
    private async Task<bool> ReconfigureAsync()
    {
        if (_reconfiguredAt is { } last && _time.GetElapsedTime(last) < ReconfigureInterval)
        {
            return false;
        }

        _reconfiguredAt = _time.GetTimestamp();
        return await _redis.ConfigureAsync();
    }

    /// <summary>The script's arguments: those that all batches have, then the events.</summary>
    private RedisValue[] LayOut(List<Publication> batch, int events)
    {
        var values = new RedisValue[Header + batch.Sum(publication => publication.Values.Count)];
        values[2] = _options.MaxEvents;
        values[3] = _wake;
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

    private async Task<AppendReply> AppendOnceAsync(RedisValue[] values)
    {
        var (record, script) = _epoch ??= await _epochs.EstablishAsync();
        values[0] = (record with { IsNew = false }).ToString();
        values[1] = record.Epoch;
        var reply = await _redis.GetDatabase().ScriptEvaluateAsync(script, _scriptKeys, values);
        return AppendReply.Parse((string?)reply ?? "");
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
        await Running;
    }

    [LoggerMessage(LogLevel.Warning, "Events could not be appended to the log: {Reason}")]
    private partial void AppendFailed(string reason);

    [LoggerMessage(LogLevel.Warning, "Redis refuses to append events: {Reason}")]
    private partial void AppendRefused(string reason);

    private sealed class Publication(Event[] events, List<RedisValue> values)
    {
        private volatile bool _isGivenUp;

        public List<RedisValue> Values { get; } = values;

        public Event[] Events { get; } = events;

        public long Bytes { get; } = events.Sum(e => (long)e.Data.Length);

        public TaskCompletionSource<Appended> Appended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

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
