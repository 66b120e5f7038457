using Microsoft.Extensions.Diagnostics.HealthChecks;
using SseAspire.Api.Hub;
using SseAspire.Broker;
using SseAspire.ServiceDefaults;

namespace SseAspire.Api.Operations;

/// <summary>
/// Whether the process should be restarted: its tail or its clock stands still. Both go round while Redis is away
/// too, which a restart would not mend.
/// </summary>
internal sealed class HubPulse(EventHub hub, TailPulse pulse, TimeProvider time) : IHealthCheck
{
    /// <summary>A turn takes a few seconds at most; on a machine that is overloaded, ten times that is no reason to restart.</summary>
    private static readonly TimeSpan LongestTurn = TimeSpan.FromMinutes(1);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var now = time.GetUtcNow();
        var sinceTick = hub.SinceTick;
        return Task.FromResult(
            pulse.SinceTurn > LongestTurn ? Standing("the tail of the event log stands still", now - pulse.SinceTurn)
            : sinceTick > LongestTurn ? Standing("the clock of the streams stands still", now - sinceTick)
            : HealthCheckResult.Healthy());
    }

    private static HealthCheckResult Standing(string what, DateTimeOffset since) =>
        HealthReportBody.Since(HealthStatus.Unhealthy, what, since);
}
