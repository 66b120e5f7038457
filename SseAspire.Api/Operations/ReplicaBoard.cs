using System.Text.Json;
using Microsoft.Extensions.Options;
using SseAspire.Broker;
using StackExchange.Redis;

namespace SseAspire.Api.Operations;

/// <summary>
/// Where the replicas tell each other what they are doing: a hash in Redis with a field for each. Each writes its own
/// and reads all of them once a second.
/// </summary>
/// <remarks>
/// A replica that writes nothing new for <see cref="Lifespan"/> is gone. Each reader sees that by its own clock, so
/// that no two clocks need to agree.
/// </remarks>
internal sealed partial class ReplicaBoard(
    ReplicaObserver observer, IConnectionMultiplexer redis, IOptions<LogOptions> log, TimeProvider time, ILogger<ReplicaBoard> logger)
    : BackgroundService, IHostedLifecycleService
{
    /// <summary>How long a replica is counted that has written nothing new.</summary>
    public static readonly TimeSpan Lifespan = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>How old what was read may be: older, and nobody knows what the other replicas do.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    // What another version wrote, and misses something that is needed, must not be half understood.
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    {
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    private readonly RedisKey _key = new LogKeys(log.Value.Hub).Replicas;
    private readonly Dictionary<string, Posted> _posted = [];
    private Reading? _read;
    private bool _warned;

    /// <summary>What the other replicas are doing, or null where that is not known.</summary>
    public IReadOnlyList<ReplicaFigures>? Others =>
        Volatile.Read(ref _read) is { } read && time.GetElapsedTime(read.At) < Patience ? read.Others : null;

    /// <summary>When the last stream is over: takes this replica off the board.</summary>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        try
        {
            await redis.GetDatabase().HashDeleteAsync(_key, observer.Id);
        }
        catch (Exception e) when (BrokerUnavailableException.Covers(e))
        {
            // It is missed soon enough.
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                Read(await ExchangeAsync());
            }
            catch (Exception e) when (BrokerUnavailableException.Covers(e))
            {
                // What was read grows old, and is told no more.
            }
        }
    }

    private async Task<HashEntry[]> ExchangeAsync()
    {
        // Not as a batch: of one that finds no connection nobody would see the failures of its parts.
        var database = redis.GetDatabase();
        var writing = database.HashSetAsync(_key, observer.Id, JsonSerializer.SerializeToUtf8Bytes(observer.Observe(), Strict));
        var living = database.KeyExpireAsync(_key, Lifespan);
        var reading = database.HashGetAllAsync(_key);
        await Task.WhenAll(writing, living, reading);
        return await reading;
    }

    private void Read(HashEntry[] board)
    {
        var now = time.GetTimestamp();
        List<RedisValue> gone = [];
        foreach (var entry in board)
        {
            var (id, text) = (entry.Name.ToString(), entry.Value);
            if (id == observer.Id)
            {
                continue;
            }

            if (!_posted.TryGetValue(id, out var posted) || posted.Text != text)
            {
                _posted[id] = new Posted(text, now, Parse(text));
            }
            else if (time.GetElapsedTime(posted.At, now) >= Lifespan)
            {
                _posted.Remove(id);
                gone.Add(entry.Name);
            }
        }

        foreach (var id in _posted.Keys.Except(board.Select(entry => entry.Name.ToString())))
        {
            _posted.Remove(id);
        }

        if (gone.Count > 0)
        {
            redis.GetDatabase().HashDelete(_key, [.. gone], CommandFlags.FireAndForget);
        }

        ReplicaFigures[] others = [.. _posted.Values.Select(posted => posted.Figures).OfType<ReplicaFigures>()];
        Volatile.Write(ref _read, new Reading(now, others.Length == _posted.Count ? others : null));
    }

    private ReplicaFigures? Parse(RedisValue text)
    {
        try
        {
            return JsonSerializer.Deserialize<ReplicaFigures>(((ReadOnlyMemory<byte>)text).Span, Strict);
        }
        catch (JsonException e)
        {
            if (!_warned)
            {
                NotUnderstood(e.Message);
                _warned = true;
            }

            return null;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Another replica, perhaps of another version, tells its figures in a way that is not understood: {Reason}")]
    private partial void NotUnderstood(string reason);

    /// <summary>What a replica wrote, and since when.</summary>
    private sealed record Posted(RedisValue Text, long At, ReplicaFigures? Figures);

    private sealed record Reading(long At, IReadOnlyList<ReplicaFigures>? Others);
}
