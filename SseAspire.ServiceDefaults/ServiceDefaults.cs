using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace SseAspire.ServiceDefaults;

/// <summary>
/// What every service of SseAspire switches on with one call: telemetry, trusted proxies, health checks,
/// service discovery and HTTP resilience.
/// </summary>
public static class ServiceDefaults
{
    /// <summary>Health checks with this tag decide liveness; all of them together decide readiness.</summary>
    public const string LiveTag = "live";

    /// <summary>Switches on the defaults. Call it first, before the service's own registrations.</summary>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.AddTelemetry();
        builder.AddTrustedProxies();
        builder.Services.AddHostedService<UnobservedExceptions>();
        builder.Services.AddHostedService<FailureExitCode>();
        builder.Services.AddHealthChecks().AddCheck("self", () => HealthCheckResult.Healthy(), [LiveTag]);
        builder.Services.AddServiceDiscovery();
        builder.Services.ConfigureHttpClientDefaults(http =>
        {
            http.AddStandardResilienceHandler();
            http.AddServiceDiscovery();
        });
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
