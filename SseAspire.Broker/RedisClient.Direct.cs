using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace SseAspire.Broker;

/// <summary>
/// Redis, registered under the same name and with the same settings as Aspire's client integration has, where
/// its packages are not served: <c>UseAspire=false</c>.
/// </summary>
internal static class RedisClient
{
    public static void AddRedis(IHostApplicationBuilder builder, string connectionName, Action<ConfigurationOptions> configure)
    {
        builder.Services.AddSingleton<IConnectionMultiplexer>(services =>
        {
            var connectionString = services.GetRequiredService<IConfiguration>().GetConnectionString(connectionName)
                ?? throw new InvalidOperationException(
                    $"There is no connection string '{connectionName}'. Set ConnectionStrings__{connectionName} to the address of Redis, such as localhost:6379.");
            var options = ConfigurationOptions.Parse(connectionString);
            configure(options);
            return ConnectionMultiplexer.Connect(options);
        });
    }
}
