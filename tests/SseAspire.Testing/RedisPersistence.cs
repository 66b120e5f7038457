namespace SseAspire.Testing;

/// <summary>What a <see cref="RedisServer"/> has left after it was killed and started again.</summary>
public enum RedisPersistence
{
    /// <summary>Nothing: everything is in memory alone.</summary>
    None,

    /// <summary>Every write that was answered: <c>appendonly yes</c>, <c>appendfsync always</c>.</summary>
    EveryWrite,
}
