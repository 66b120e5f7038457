using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace SseAspire.Broker;

/// <summary>Redis, registered through Aspire's client integration: <c>UseAspire=true</c>.</summary>
internal static class RedisClient
{
    public static void AddRedis(IHostApplicationBuilder builder, string connectionName, Action<ConfigurationOptions> configure) =>
        builder.AddRedisClient(
            connectionName,
            settings =>
            {
                // Its health check says neither since when nor why, but the exception; the log has its own.
                settings.DisableHealthChecks = true;
                // Every command would be a trace of its own, several a second of every service that has nothing to do:
                // between them nobody finds the events' traces, and collectors forget those for them.
                settings.DisableTracing = true;
            },
            configure);
}
