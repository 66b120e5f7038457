using StackExchange.Redis;

namespace SseAspire.Broker;

/// <summary>
/// Notes that a connection to Redis broke or was made again, so that another process, or one with other data, may
/// answer now.
/// </summary>
internal sealed class Interruptions : IDisposable
{
    private readonly IConnectionMultiplexer _redis;
    private int _noted;

    public Interruptions(IConnectionMultiplexer redis)
    {
        _redis = redis;
        redis.ConnectionFailed += OnChanged;
        redis.ConnectionRestored += OnChanged;
    }

    /// <summary>Whether there was an interruption since the last call.</summary>
    public bool Take() => Volatile.Read(ref _noted) != 0 && Interlocked.Exchange(ref _noted, 0) != 0;

    /// <summary>Notes an interruption.</summary>
    public void Note() => Volatile.Write(ref _noted, 1);

    public void Dispose()
    {
        _redis.ConnectionFailed -= OnChanged;
        _redis.ConnectionRestored -= OnChanged;
    }

    private void OnChanged(object? sender, ConnectionFailedEventArgs connection) => Note();
}
