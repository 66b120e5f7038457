using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace SseAspire.ServiceDefaults;

/// <summary>
/// The default levels of libraries that report every step at Information, the same for the console and for OTLP. The
/// configuration overrides them (<c>Logging:LogLevel:{category}</c>).
/// </summary>
internal static class LogLevels
{
    private static readonly (string Category, LogLevel Level)[] Defaults =
    [
        ("Microsoft.AspNetCore", LogLevel.Warning),
        // Each request of a client: "Start processing HTTP request …", and three more.
        ("System.Net.Http.HttpClient", LogLevel.Warning),
        // Each attempt of a resilience pipeline.
        ("Polly", LogLevel.Warning),
        // Each answer that something is unhealthy: while a replica starts, drains or waits for Redis that is several a second,
        // and the answer itself gives the reason.
        ("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.Critical),
        // Each step of a connection, fifty lines at the start of a service, and each of several attempts a second while
        // Redis is away. The services report an outage themselves, once and with its reason.
        ("StackExchange.Redis", LogLevel.Critical),
    ];

    public static void AddLogLevels<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder =>
        builder.Services.Configure<LoggerFilterOptions>(filter =>
        {
            foreach (var (category, level) in Defaults)
            {
                // Of two rules for a category the last one wins: the configuration's rules, which are there already, must
                // stay behind these.
                filter.Rules.Insert(0, new LoggerFilterRule(providerName: null, category, level, filter: null));
            }
        });
}
