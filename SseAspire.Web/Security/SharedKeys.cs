using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.StackExchangeRedis;
using StackExchange.Redis;

namespace SseAspire.Web.Security;

/// <summary>
/// The keys that forms and cookies are signed with, shared by all replicas over the broker's Redis: a form that one
/// has rendered may be sent to another, or after a deployment. Where the front end is not told of the broker, as on a
/// developer's machine, they stay where ASP.NET Core puts them: in the user's folder.
/// </summary>
/// <remarks>They are not encrypted at rest: who can read that Redis can forge forms, and could publish anyway.</remarks>
internal static class SharedKeys
{
    private const string ConnectionName = "broker";
    private const string DefaultHub = "main";

    public static void AddSharedKeys(this IHostApplicationBuilder builder)
    {
        if (builder.Configuration.GetConnectionString(ConnectionName) is not { Length: > 0 } address)
        {
            return;
        }

        // Beside the log, of the same hub (Log:Hub): hubs that share a Redis do not share their visitors.
        RedisKey key = $"sse:{{{builder.Configuration["Log:Hub"] ?? DefaultHub}}}:keys";
        builder.Services.AddSingleton<IConnectionMultiplexer>(_ => Connect(address));
        // Otherwise keys are bound to the folder that the front end runs from.
        builder.Services.AddDataProtection().SetApplicationName("SseAspire.Web");
        builder.Services.AddOptions<KeyManagementOptions>().Configure<IServiceProvider>((keys, services) =>
            keys.XmlRepository = new RedisXmlRepository(
                () => services.GetRequiredService<IConnectionMultiplexer>().GetDatabase(), key));
        builder.Services.AddHealthChecks().AddCheck<SharedKeysHealth>("keys");
    }

    private static ConnectionMultiplexer Connect(string address)
    {
        var options = ConfigurationOptions.Parse(address);
        // The front end may start before Redis, and must not hold up its visitors while that is away.
        options.AbortOnConnectFail = false;
        options.ConnectTimeout = 2_000;
        options.BacklogPolicy = BacklogPolicy.FailFast;
        return ConnectionMultiplexer.Connect(options);
    }
}
