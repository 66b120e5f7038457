using Microsoft.Extensions.Diagnostics.HealthChecks;
using SseAspire.ServiceDefaults;

namespace SseAspire.Broker;

/// <summary>
/// Whether the log takes events. One that refuses them is degraded: readers are still served, and another replica of the
/// service would be refused as well. One whose appends are no longer carried out is unhealthy.
/// </summary>
internal sealed class LogHealth(EventLog log) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (log.Appending.IsCompleted)
        {
            return HealthCheckResult.Unhealthy("events are no longer appended: the appender has ended");
        }

        return await log.FindRefusalAsync(cancellationToken) is { } refusal
            ? HealthReportBody.Since(HealthStatus.Degraded, $"refuses events: {refusal.Reason}", refusal.Since)
            : HealthCheckResult.Healthy();
    }
}
