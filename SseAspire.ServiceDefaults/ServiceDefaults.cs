using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace SseAspire.ServiceDefaults;

/// <summary>
/// Adds to a service, with one call: log levels, telemetry, trusted proxies, allowed hosts, health checks, service discovery and HTTP
/// resilience.
/// </summary>
public static class ServiceDefaults
{
    /// <summary>Health checks with this tag decide liveness; all of them together decide readiness.</summary>
    public const string LiveTag = "live";

    /// <summary>Adds the defaults. Call it first, before the service's own registrations.</summary>
    /// <param name="builder">The service.</param>
    /// <param name="metrics">The metrics of the process, where it builds its host more than once.</param>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder, ProcessMetrics? metrics = null)
        where TBuilder : IHostApplicationBuilder
    {
        WrongSettings.Report();
        builder.AddLogLevels();
        builder.AddTelemetry(metrics);
        builder.AddTrustedProxies();
        builder.AddLocalHosts();
        builder.Services.AddHostedService<UnobservedExceptions>();
        builder.Services.AddHostedService<FailureExitCode>();
        builder.Services.AddHostedService<KeylessEndpoints>();
        builder.Services.AddHealthChecks().AddCheck("self", () => HealthCheckResult.Healthy(), [LiveTag]);
        builder.Services.AddServiceDiscovery();
        builder.Services.ConfigureHttpClientDefaults(http =>
        {
            http.AddStandardResilienceHandler();
            http.AddServiceDiscovery();
        });
        return builder;
    }

    /// <summary>Exports the spans of an activity source under a service name of its own, where telemetry is exported.</summary>
    public static TBuilder AddSeparateTraces<TBuilder>(this TBuilder builder, string serviceName, string source)
        where TBuilder : IHostApplicationBuilder
    {
        if (Telemetry.IsExported(builder.Configuration))
        {
            builder.Services.AddSingleton(_ => new SeparateTraces(builder.Configuration, serviceName, source));
        }

        return builder;
    }

    /// <summary>
    /// Maps <c>/health</c> (readiness: every check) and <c>/alive</c> (liveness: only whether the
    /// process should be restarted).
    /// </summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        app.MapHealthChecks("/health", new HealthCheckOptions { ResponseWriter = HealthReportBody.WriteAsync })
            .DisableHttpMetrics();
        app.MapHealthChecks("/alive", new HealthCheckOptions
        {
            Predicate = check => check.Tags.Contains(LiveTag),
            ResponseWriter = HealthReportBody.WriteAsync,
        })
            .DisableHttpMetrics();
        return app;
    }
}
