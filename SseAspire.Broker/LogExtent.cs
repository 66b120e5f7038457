using StackExchange.Redis;

namespace SseAspire.Broker;

/// <summary>How far the log reaches.</summary>
/// <param name="First">The oldest entry kept, or null where the log keeps none.</param>
/// <param name="Last">The newest id the log has given, kept or not; <see cref="EventId.Earliest"/> where it has
/// given none.</param>
public readonly record struct LogExtent(EventId? First, EventId Last)
{
    /// <summary>Asks Redis; null where there is no log.</summary>
    internal static async Task<LogExtent?> ReadAsync(IDatabase database, RedisKey log)
    {
        try
        {
            var info = await database.StreamInfoAsync(log);
            return new LogExtent(info.FirstEntry.IsNull ? null : Parse(info.FirstEntry.Id), Parse(info.LastGeneratedId));
        }
        catch (RedisServerException e) when (e.Message.Contains("no such key", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        static EventId Parse(RedisValue value) => EventId.TryParse(value.ToString(), out var id) ? id : EventId.Earliest;
    }
}
