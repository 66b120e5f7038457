using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace SseAspire.Broker;

/// <summary>Redis, registered through Aspire's client integration: <c>UseAspire=true</c>.</summary>
internal static class RedisClient
{
    public static void AddRedis(IHostApplicationBuilder builder, string connectionName, Action<ConfigurationOptions> configure) =>
        builder.AddRedisClient(connectionName, configureOptions: configure);
}
