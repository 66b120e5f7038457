using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace SseAspire.Broker;

/// <summary>
/// The one log that every event is appended to and every reader reads from: a Redis stream. Its order is
/// total, and an event's place in it, the <see cref="EventId"/>, is the cursor that resumes any reader.
/// </summary>
/// <remarks>
/// Every method that talks to Redis throws <see cref="BrokerUnavailableException"/> while Redis is away and
/// works again when it is back; the connection heals by itself.
/// </remarks>
public sealed partial class EventLog : IAsyncDisposable
{
    /// <summary>The most entries that one read returns.</summary>
    public const int MaxRead = 1_000;

    /// <summary>The most events of one batch: Redis takes about a million values in one command.</summary>
    public const int MaxBatch = 20_000;

    /// <summary>About how many bytes one read of the tail takes.</summary>
    private const long MaxTailBytes = 8 << 20;

    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(1);

    private readonly IConnectionMultiplexer _redis;
    private readonly TimeProvider _time;
    private readonly ILogger<EventLog> _logger;
    private readonly LogKeys _keys;
    private readonly NewestKnown _newest = new();
    private readonly EpochKeeper _epochs;
    private readonly Appender _appender;

    /// <summary>Opens the log of the hub that the options name. Nothing is sent before the first call.</summary>
    public EventLog(IConnectionMultiplexer redis, IOptions<LogOptions> options, TimeProvider time, ILogger<EventLog> logger)
    {
        (_redis, _time, _logger) = (redis, time, logger);
        _keys = new LogKeys(options.Value.Hub);
        _epochs = new EpochKeeper(redis, _keys, _newest, time);
        _appender = new Appender(redis, _keys, _epochs, _newest, options.Value, time, logger);
    }

    /// <summary>The task that carries out the appends: it ends when the log is disposed of, or by a defect.</summary>
    internal Task Appending => _appender.Running;

    /// <summary>
    /// Appends one event and returns its id. An event whose own id and first topic are those of an event that the log
    /// has is not appended again: the id of that one is returned.
    /// </summary>
    /// <exception cref="InvalidEventException">A field of the event is wrong.</exception>
    /// <exception cref="BrokerUnavailableException">Redis refuses, or was away for too long: then the event may or may not
    /// be in the log.</exception>
    public async Task<EventId> AppendAsync(Event @event, CancellationToken cancellationToken = default) =>
        (await AppendAsync([@event], cancellationToken)).Ids[0];

    /// <summary>Appends events in order, all or nothing, in one round trip.</summary>
    /// <inheritdoc cref="AppendAsync(Event, CancellationToken)" path="/exception" />
    public async Task<Appended> AppendAsync(IReadOnlyList<Event> batch, CancellationToken cancellationToken = default)
    {
        if (batch.Count == 0)
        {
            return new Appended([], 0);
        }

        if (batch.Count > MaxBatch)
        {
            throw new InvalidEventException("batch", $"has more than {MaxBatch} events");
        }

        foreach (var @event in batch)
        {
            @event.Validate();
        }

        return await _appender.AppendAsync(batch, cancellationToken);
    }

    /// <summary>
    /// Why Redis refuses to append, or null where it does not: asked again where it refused the last batch, since nobody
    /// may have published since.
    /// </summary>
    internal async Task<LogRefusal?> FindRefusalAsync(CancellationToken cancellationToken)
    {
        // What a user may not do, an empty batch does not try.
        if (_appender.Refusal is { Code: not "NOPERM" })
        {
            try
            {
                await _appender.AppendAsync([], cancellationToken);
            }
            catch (BrokerUnavailableException)
            {
                // Noted by the appender, or Redis is away, which another check reports.
            }
        }

        return _appender.Refusal;
    }

    /// <summary>
    /// Finds the first event that the log has under an id of its publisher's and one of the wanted topics; null where it
    /// has none.
    /// </summary>
    /// <param name="ownId">The publisher's id.</param>
    /// <param name="isWanted">Whether a topic is wanted: publishers of different topics may give equal ids.</param>
    /// <param name="cancellationToken">Gives the search up.</param>
    public async Task<EventId?> FindAsync(string ownId, Func<string, bool> isWanted, CancellationToken cancellationToken = default)
    {
        EventId? first = null;
        RedisValue from = $"{ownId}\0";
        while (true)
        {
            var start = from;
            var members = await AskAsync(
                database => database.SortedSetRangeByValueAsync(_keys.OwnIds, start, $"{ownId}\u0001", Exclude.Both, Order.Ascending, 0, MaxRead),
                cancellationToken);
            foreach (var member in members)
            {
                var text = member.ToString().AsSpan(ownId.Length + 1);
                var end = text.IndexOfAny('\0', '\u0001');
                if (end > 0 && EventId.TryParse(text[(end + 1)..], out var id) && !(first <= id) && isWanted(text[..end].ToString()))
                {
                    first = id;
                }
            }

            if (members.Length < MaxRead)
            {
                return first;
            }

            from = members[^1];
        }
    }

    /// <summary>Reads the entries after a place, oldest first; fewer than asked for means that there are no more now.</summary>
    /// <param name="after">The place before the first entry wanted.</param>
    /// <param name="count">How many, at most <see cref="MaxRead"/>.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    public Task<IReadOnlyList<LogEntry>> ReadAfterAsync(EventId after, int count = MaxRead, CancellationToken cancellationToken = default) =>
        ReadAsync(after != EventId.Latest ? $"({after}" : null, "+", count, Order.Ascending, cancellationToken);

    /// <summary>Reads the entries before a place, newest first.</summary>
    /// <param name="before">The place after the first entry wanted, or null to begin with the newest.</param>
    /// <param name="count">How many, at most <see cref="MaxRead"/>.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    public Task<IReadOnlyList<LogEntry>> ReadBeforeAsync(EventId? before, int count = MaxRead, CancellationToken cancellationToken = default) =>
        ReadAsync(
            "-", before is not { } place ? "+" : place != EventId.Earliest ? $"({place}" : null, count, Order.Descending, cancellationToken);

    /// <summary>Asks how far the log reaches now.</summary>
    public async Task<LogExtent> GetExtentAsync(CancellationToken cancellationToken = default) =>
        await AskAsync(database => LogExtent.ReadAsync(database, _keys.Log), cancellationToken)
        ?? new LogExtent(null, EventId.Earliest);

    /// <summary>
    /// Follows the log from a place on: yields each batch of new entries as it comes, without end, and goes
    /// on from where it was after Redis has been away.
    /// </summary>
    public IAsyncEnumerable<IReadOnlyList<LogEntry>> TailAsync(EventId after, CancellationToken cancellationToken = default) =>
        TailAsync(after, new TailPulse(_time), cancellationToken);

    /// <summary>Follows the log as <see cref="TailAsync(EventId, CancellationToken)"/> does, and shows how that goes.</summary>
    public async IAsyncEnumerable<IReadOnlyList<LogEntry>> TailAsync(
        EventId after, TailPulse pulse, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await using var wake = new WakeSignal(_redis, _keys.Wake, _time, _logger);
        using var connection = new Interruptions(_redis);
        await wake.SubscribeAsync().WaitAsync(cancellationToken);
        var retry = TimeSpan.Zero;
        var size = new ReadSize(MaxTailBytes);
        while (true)
        {
            pulse.Turn();
            var count = size.Count;
            IReadOnlyList<LogEntry> batch;
            try
            {
                if (connection.Take())
                {
                    await ConfirmTailAsync(connection, cancellationToken);
                }

                batch = await ReadAfterAsync(after, count, cancellationToken);
                size.Learn(batch);
                if (retry > TimeSpan.Zero)
                {
                    TailResumed(after);
                    retry = TimeSpan.Zero;
                }
            }
            catch (BrokerUnavailableException e)
            {
                connection.Note();
                // A read that takes too long because the entries are large and the network is slow is done in parts.
                size.Shrink();
                if (retry == TimeSpan.Zero)
                {
                    TailInterrupted(after, e.Message);
                }

                retry = retry == TimeSpan.Zero ? FirstRetry : TimeSpan.FromTicks(Math.Min(retry.Ticks * 2, LastRetry.Ticks));
                await Task.Delay(retry, _time, cancellationToken);
                continue;
            }

            if (batch.Count > 0)
            {
                after = batch[^1].Id;
                _newest.Advance(batch[^1]);
                yield return batch;
            }

            // A full batch means that more is waiting.
            if (batch.Count < count)
            {
                pulse.ReachHead();
                await wake.WaitAsync(cancellationToken);
            }
        }
    }

    /// <summary>Makes sure that no id is given twice after the connection was interrupted.</summary>
    private async Task ConfirmTailAsync(Interruptions connection, CancellationToken cancellationToken)
    {
        try
        {
            await AskAsync(
                async _ =>
                {
                    await _epochs.ConfirmTailAsync();
                    return true;
                },
                cancellationToken);
        }
        catch (BrokerUnavailableException e)
        {
            connection.Note();
            if (e.InnerException is not RedisServerException)
            {
                throw;
            }

            // Where nothing can be written, no id is given either: what there is may be read.
        }
    }

    /// <summary>Trims the entries that were made before a time, oldest first, up to the first that was not.</summary>
    /// <returns>How many entries were trimmed.</returns>
    public async Task<long> TrimBeforeAsync(DateTimeOffset time, CancellationToken cancellationToken = default)
    {
        var trimmed = 0L;
        // One at first: mostly nothing has expired.
        var size = new ReadSize(MaxTailBytes);
        for (var count = 1; ; count = size.Count)
        {
            var oldest = await ReadAfterAsync(EventId.Earliest, count, cancellationToken);
            size.Learn(oldest);
            var expired = oldest.TakeWhile(entry => entry.Event.At < time).Count();
            if (expired == 0)
            {
                return trimmed;
            }

            var removed = await AskAsync(
                database => database.StreamTrimByMinIdAsync(_keys.Log, oldest[expired - 1].Id.Next.ToString()), cancellationToken);
            trimmed += removed;
            // Another process may have trimmed them; and the last of all ids, taken by hand, has none after it.
            if (expired < count || removed == 0)
            {
                return trimmed;
            }
        }
    }

    private async Task<IReadOnlyList<LogEntry>> ReadAsync(
        string? from, string? to, int count, Order order, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        // Nothing lies beyond either end, and Redis answers an interval that begins there with an error.
        if (from is null || to is null)
        {
            return [];
        }

        var entries = await AskAsync(
            database => database.StreamRangeAsync(_keys.Log, from, to, Math.Min(count, MaxRead), order), cancellationToken);
        return Array.ConvertAll(entries, EntryFields.Read);
    }

    private async Task<T> AskAsync<T>(Func<IDatabase, Task<T>> command, CancellationToken cancellationToken)
    {
        Task<T>? asking = null;
        try
        {
            asking = command(_redis.GetDatabase());
            return await asking.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Nobody awaits it any more: unobserved, its failure would alarm the whole process.
            _ = asking?.ContinueWith(
                static gone => gone.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw;
        }
        catch (Exception e) when (BrokerUnavailableException.Covers(e))
        {
            throw Refusal.CodeOf(e) is { } code
                ? Refusal.ToException(code, e)
                : new BrokerUnavailableException("The event log cannot be reached.", e);
        }
    }

    /// <summary>Waits for what is under way and stops appending.</summary>
    public ValueTask DisposeAsync() => _appender.DisposeAsync();

    [LoggerMessage(LogLevel.Warning, "The event log cannot be read after {Cursor}; trying again: {Reason}")]
    private partial void TailInterrupted(EventId cursor, string reason);

    [LoggerMessage(LogLevel.Information, "The event log is read again after {Cursor}")]
    private partial void TailResumed(EventId cursor);
}
