using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace SseAspire.Web.Security;

/// <summary>
/// Not ready before it has read the keys once: until then every page with a form fails. After that they are in memory,
/// and Redis may be away.
/// </summary>
internal sealed class SharedKeysHealth(IDataProtectionProvider protection) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            protection.CreateProtector(nameof(SharedKeysHealth)).Protect([]);
            return Task.FromResult(HealthCheckResult.Healthy());
        }
        catch (Exception exception)
        {
            return Task.FromResult(HealthCheckResult.Unhealthy("the keys of forms cannot be read from Redis", exception));
        }
    }
}
