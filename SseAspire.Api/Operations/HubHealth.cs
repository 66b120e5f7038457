using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using SseAspire.Api.Hub;
using SseAspire.Broker;
using SseAspire.ServiceDefaults;

namespace SseAspire.Api.Operations;

/// <summary>Whether this replica should be sent new readers.</summary>
/// <remarks>
/// A hub that lags is degraded, which balancers take for healthy: what makes one replica lag is load, or Redis that
/// all of them read, and taken out of rotation it would only hand its readers to the others.
/// </remarks>
internal sealed class HubHealth(EventHub hub, TailPulse pulse, IOptions<HubOptions> options, TimeProvider time) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var lag = pulse.SinceHead;
        return Task.FromResult(
            hub.IsDraining ? HealthCheckResult.Unhealthy("draining")
            : !hub.IsStarted ? HealthCheckResult.Unhealthy("does not follow the event log yet")
            : lag > options.Value.MaxLag ? HealthReportBody.Since(
                HealthStatus.Degraded, "lags: it has not reached the end of the event log since then", time.GetUtcNow() - lag)
            : HealthCheckResult.Healthy());
    }
}
