using System.Globalization;
using Microsoft.Extensions.Options;
using SseAspire.Broker;
using SseAspire.ServiceDefaults;
using StackExchange.Redis;

namespace SseAspire.Api.Metering;

/// <summary>
/// What all replicas have counted: each adds what is new to a hash of the meter in Redis, four times a second, and
/// puts its processor time beside it. Which meters are announced stands there as well, for replicas that start later.
/// </summary>
internal sealed class MeterLedger(
    Meters meters,
    IConnectionMultiplexer redis,
    IOptions<LogOptions> log,
    IOptions<OperationsOptions> operations,
    TimeProvider time) : BackgroundService, IHostedLifecycleService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>How often a replica shows that it is there, though it has counted nothing.</summary>
    private static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long a replica counts that has shown nothing new. Measured from when this one saw it, since the clocks of two
    /// machines may differ, and be set.
    /// </summary>
    private static readonly TimeSpan Lifespan = TimeSpan.FromSeconds(10);

    private readonly LogKeys _keys = new(log.Value.Hub);
    private readonly RedisValue _replica = Guid.NewGuid().ToString("N");
    private readonly SemaphoreSlim _flushing = new(1, 1);
    private long _shownAt;
    private volatile bool _isRestored;

    /// <summary>What each replica showed last, and when it was first seen. Used by the flush under way alone.</summary>
    private readonly Dictionary<RedisValue, (RedisValue Shown, long At)> _seen = [];

    /// <summary>The processor seconds of each living replica. Replaced as a whole by each flush.</summary>
    private volatile double[] _living = [];

    /// <summary>Reads what all replicas have counted. What this one has is in it to the last byte.</summary>
    /// <exception cref="BrokerUnavailableException">Redis is away.</exception>
    public async Task<MeterReading> ReadAsync(IReadOnlyList<string> names)
    {
        try
        {
            await FlushAsync(always: true);
            var database = redis.GetDatabase();
            var living = _living;
            var counts = names.Select(name => database.HashGetAllAsync(_keys.Meter(name))).ToArray();
            await Task.WhenAll(counts);
            return new MeterReading(
                names.Zip(counts, (name, hash) => KeyValuePair.Create(name, CountsOf(hash.Result))).ToDictionary(),
                living.Sum(),
                living.Length);
        }
        catch (Exception e) when (BrokerUnavailableException.Covers(e))
        {
            throw new BrokerUnavailableException("What was counted cannot be read.", e);
        }
    }

    /// <summary>Notes for replicas that start later that these meters are announced.</summary>
    /// <exception cref="BrokerUnavailableException">Redis is away.</exception>
    public async Task AnnounceAsync(IEnumerable<string> names)
    {
        try
        {
            var database = redis.GetDatabase();
            var expiry = ExpiryOf(Meters.Kept);
            await Task.WhenAll(
                database.SortedSetAddAsync(_keys.Meters, [.. names.Select(name => new SortedSetEntry(name, expiry))]),
                database.SortedSetRemoveRangeByScoreAsync(_keys.Meters, double.NegativeInfinity, ExpiryOf(TimeSpan.Zero)),
                database.KeyExpireAsync(_keys.Meters, Meters.Kept));
        }
        catch (Exception e) when (BrokerUnavailableException.Covers(e))
        {
            throw new BrokerUnavailableException("The meters cannot be announced.", e);
        }
    }

    /// <summary>When the last request is over: brings its bytes to Redis, and takes this replica out of the count.</summary>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        if (!operations.Value.Enabled)
        {
            return;
        }

        try
        {
            await FlushAsync(always: false);
            await redis.GetDatabase().HashDeleteAsync(_keys.ProcessorTime, _replica);
        }
        catch (Exception e) when (BrokerUnavailableException.Covers(e))
        {
            // It is missed soon enough.
        }
    }

    /// <summary>Before the server listens: the readers of a replica that restarts come back at once, and are counted on.</summary>
    public Task StartingAsync(CancellationToken cancellationToken) => operations.Value.Enabled ? RestoreAsync() : Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Dispose()
    {
        _flushing.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!operations.Value.Enabled)
        {
            return;
        }

        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (!_isRestored)
            {
                await RestoreAsync();
            }

            try
            {
                await FlushAsync(always: false);
            }
            catch (Exception e) when (BrokerUnavailableException.Covers(e))
            {
                // What was taken has been given back: it is for the next time.
            }
        }
    }

    /// <summary>Opens the meters that are announced; where Redis is away, it is tried again.</summary>
    private async Task RestoreAsync()
    {
        try
        {
            var names = await redis.GetDatabase().SortedSetRangeByScoreAsync(
                _keys.Meters, ExpiryOf(TimeSpan.Zero), order: Order.Descending, take: Meters.MaxMeters);
            foreach (var name in names)
            {
                meters.TryOpen(name.ToString(), out _);
            }

            _isRestored = true;
        }
        catch (Exception e) when (BrokerUnavailableException.Covers(e))
        {
            // Redis is away.
        }
    }

    /// <summary>A date, since it is compared on other machines.</summary>
    private double ExpiryOf(TimeSpan lasting) => (time.GetUtcNow() + lasting).ToUnixTimeMilliseconds();

    /// <summary>Brings what is new to Redis. One at a time, so that whoever reads afterwards finds all of it.</summary>
    private async Task FlushAsync(bool always)
    {
        await _flushing.WaitAsync();
        try
        {
            var taken = meters.All.Select(meter => (Meter: meter, Counts: meter.TakeNew())).Where(one => one.Counts != default).ToArray();
            foreach (var meter in meters.All)
            {
                meters.ForgetIfIdle(meter);
            }

            if (!always && taken.Length == 0 && time.GetElapsedTime(_shownAt) < SignOfLife)
            {
                return;
            }

            _shownAt = time.GetTimestamp();
            // Not as a batch: of one that finds no connection nobody would see the failures of its parts.
            var database = redis.GetDatabase();
            var adding = taken.Select(one => AddAsync(database, one.Meter, one.Counts)).ToArray();
            var showing = Task.WhenAll(
                database.HashSetAsync(_keys.ProcessorTime, _replica, ShowProcessorTime()),
                database.KeyExpireAsync(_keys.ProcessorTime, Lifespan));
            var shown = database.HashGetAllAsync(_keys.ProcessorTime);
            await Task.WhenAll([showing, shown, .. adding]);
            _living = [.. SelectLiving(await shown)];
        }
        finally
        {
            _flushing.Release();
        }
    }

    private async Task AddAsync(IDatabase database, Meter meter, MeterCounts counts)
    {
        var key = _keys.Meter(meter.Name);
        List<Task> commands =
        [
            database.HashIncrementAsync(key, "requests", counts.Requests),
            database.HashIncrementAsync(key, "connections", counts.Connections),
            database.HashIncrementAsync(key, "bytesIn", counts.BytesIn),
            database.HashIncrementAsync(key, "bytesOut", counts.BytesOut),
        ];
        if (counts.Shared)
        {
            commands.Add(database.HashSetAsync(key, "shared", 1));
        }

        commands.Add(database.KeyExpireAsync(key, Meters.Kept));
        // It is in use: its announcement lasts as long as it does.
        commands.Add(database.SortedSetAddAsync(_keys.Meters, meter.Name, ExpiryOf(Meters.Kept)));
        commands.Add(database.KeyExpireAsync(_keys.Meters, Meters.Kept));
        try
        {
            await Task.WhenAll(commands);
        }
        catch (Exception e) when (BrokerUnavailableException.Covers(e))
        {
            meter.GiveBack(counts);
            throw;
        }
    }

    private static MeterCounts CountsOf(HashEntry[] hash)
    {
        var fields = hash.ToDictionary(entry => entry.Name.ToString(), entry => (long)entry.Value);
        return new(
            fields.GetValueOrDefault("requests"), fields.GetValueOrDefault("connections"),
            fields.GetValueOrDefault("bytesIn"), fields.GetValueOrDefault("bytesOut"), fields.ContainsKey("shared"));
    }

    private List<double> SelectLiving(HashEntry[] shown)
    {
        var now = time.GetTimestamp();
        var living = new List<double>();
        foreach (var entry in shown)
        {
            var (replica, value) = (entry.Name, entry.Value);
            if (!_seen.TryGetValue(replica, out var last) || last.Shown != value)
            {
                _seen[replica] = last = (value, now);
            }

            if (time.GetElapsedTime(last.At, now) < Lifespan
                && double.TryParse(value.ToString().Split('@')[0], CultureInfo.InvariantCulture, out var seconds))
            {
                living.Add(seconds);
            }
        }

        foreach (var gone in _seen.Keys.Except(shown.Select(entry => entry.Name)).ToArray())
        {
            _seen.Remove(gone);
        }

        return living;
    }

    /// <summary>The processor time that this process has taken, user and system; the date makes each sign of life another.</summary>
    private string ShowProcessorTime() => string.Create(
        CultureInfo.InvariantCulture, $"{Environment.CpuUsage.TotalTime.TotalSeconds:F6}@{time.GetUtcNow().ToUnixTimeMilliseconds()}");
}
