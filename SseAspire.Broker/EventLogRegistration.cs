using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace SseAspire.Broker;

/// <summary>Registers the log with a service.</summary>
public static class EventLogRegistration
{
    /// <summary>The name of the connection string that leads to Redis.</summary>
    public const string ConnectionName = "broker";

    /// <summary>
    /// Adds the <see cref="EventLog"/> over the Redis of the connection string <c>broker</c>, with its health
    /// check, its settings (section <c>Log</c>) and its retention.
    /// </summary>
    public static IHostApplicationBuilder AddEventLog(this IHostApplicationBuilder builder)
    {
        builder.AddRedisClient(
            ConnectionName,
            settings =>
            {
                // Aspire's health check reports neither the cause nor the time of an outage; RedisHealth does.
                settings.DisableHealthChecks = true;
                // Each command would be a trace of its own, several a second from an idle service: the traces of events
                // would be lost among them.
                settings.DisableTracing = true;
            },
            ForLog);
        builder.Services.AddOptions<LogOptions>()
            .BindConfiguration(LogOptions.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<EventLog>();
        builder.Services.AddSingleton<RedisHealth>();
        builder.Services.AddHealthChecks().AddCheck<RedisHealth>("redis").AddCheck<LogHealth>("log");
        builder.Services.AddHostedService<LogRetention>();
        builder.Services.AddHostedService<AppenderWatch>();
        return builder;
    }

    /// <summary>What the log needs of its connection, whatever the connection string says.</summary>
    public static void ForLog(ConfigurationOptions options)
    {
        // A service may start before Redis does, and must outlive it.
        options.AbortOnConnectFail = false;
        options.ReconnectRetryPolicy = new LinearRetry(250);
        options.HeartbeatInterval = TimeSpan.FromMilliseconds(500);
        options.ConnectTimeout = 2_000;
        options.AsyncTimeout = 3_000;
        // While Redis is away an append fails at once and is tried again under its number. Queued in the
        // client it would be sent after the restart, past the check of the epoch's script.
        options.BacklogPolicy = BacklogPolicy.FailFast;
    }
}
