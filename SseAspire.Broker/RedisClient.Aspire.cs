using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace SseAspire.Broker;

/// <summary>Redis, registered through Aspire's client integration: <c>UseAspire=true</c>.</summary>
internal static class RedisClient
{
    public static void AddRedis(IHostApplicationBuilder builder, string connectionName, Action<ConfigurationOptions> configure) =>
        // Its health check says neither since when nor why, but the exception; the log has its own.
        builder.AddRedisClient(connectionName, settings => settings.DisableHealthChecks = true, configure);
}
