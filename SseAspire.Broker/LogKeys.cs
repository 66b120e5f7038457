using StackExchange.Redis;

namespace SseAspire.Broker;

/// <summary>
/// The names of what a hub keeps in Redis. The braces keep them on one slot of a Redis Cluster.
/// </summary>
public sealed class LogKeys(string hub)
{
    /// <summary>The log, a stream.</summary>
    public RedisKey Log { get; } = $"sse:{{{hub}}}:log";

    /// <summary>The record of the log's epoch, a string: see <see cref="EpochRecord"/>.</summary>
    public RedisKey Epoch { get; } = $"sse:{{{hub}}}:epoch";

    /// <summary>
    /// Where events with an id of their publisher's are in the log: a sorted set of equal scores, so that its members
    /// are ordered as text. A member is <c>own id NUL topic NUL entry id</c> for an event's first topic, and
    /// <c>own id NUL topic SOH entry id</c> for its alternates.
    /// </summary>
    public RedisKey OwnIds { get; } = $"sse:{{{hub}}}:own-ids";

    /// <summary>The members of <see cref="OwnIds"/> in the order of the log, a list: the oldest leave with their events.</summary>
    public RedisKey OwnIdsInOrder { get; } = $"sse:{{{hub}}}:own-ids:order";

    /// <summary>The channel that is stirred after each append.</summary>
    public RedisChannel Wake { get; } = RedisChannel.Literal($"sse:{{{hub}}}:wake");

    /// <summary>The channel over which replicas are told what to do.</summary>
    public RedisChannel Control { get; } = RedisChannel.Literal($"sse:{{{hub}}}:control");

    /// <summary>What all replicas have counted under one meter, a hash.</summary>
    public RedisKey Meter(string name) => $"sse:{{{hub}}}:meter:{name}";

    /// <summary>The meters that are announced, a sorted set: each with the Unix milliseconds when it expires.</summary>
    public RedisKey Meters { get; } = $"sse:{{{hub}}}:meters";

    /// <summary>The processor time of each replica, a hash of a field for each.</summary>
    public RedisKey ProcessorTime { get; } = $"sse:{{{hub}}}:cpu";

    /// <summary>What each replica is doing now, a hash of a field for each.</summary>
    public RedisKey Replicas { get; } = $"sse:{{{hub}}}:replicas";

    /// <summary>The last batch of one appender, so that it can be tried again without being appended twice.</summary>
    public RedisKey Appended(Guid appender) => $"sse:{{{hub}}}:appended:{appender:N}";
}
