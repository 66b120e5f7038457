using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using SseAspire.Api.Hub;

namespace SseAspire.Api.Operations;

/// <summary>
/// Before the API stops: fails readiness, opens no new stream, and spreads the closing of those that are open
/// over the drain time, so that the rest of the fleet sees a trickle of reconnects and not a herd.
/// </summary>
internal sealed class Drain(EventHub hub, IOptions<HubOptions> options, TimeProvider time) : IHostedLifecycleService, IHealthCheck
{
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        hub.IsDraining = true;
        var drainTime = options.Value.DrainTime;
        var step = TimeSpan.FromMilliseconds(50);
        for (var left = drainTime; left > TimeSpan.Zero && hub.Subscriptions.Any(); left -= step)
        {
            await Task.Delay(step, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            // As many of those still open as make the rest last for the rest of the time.
            var share = step / left;
            foreach (var subscription in hub.Subscriptions.Where(_ => Random.Shared.NextDouble() < share))
            {
                subscription.Close(CloseReason.Drain);
            }
        }

        foreach (var subscription in hub.Subscriptions)
        {
            subscription.Close(CloseReason.Drain);
        }
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(
            hub.IsDraining ? HealthCheckResult.Unhealthy("draining")
            : !hub.IsStarted ? HealthCheckResult.Unhealthy("does not follow the event log yet")
            : HealthCheckResult.Healthy());

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
