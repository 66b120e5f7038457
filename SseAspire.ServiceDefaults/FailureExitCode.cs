using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace SseAspire.ServiceDefaults;

/// <summary>
/// Makes the process exit with code 1 when one of its background services has failed. The host stops then, but in an
/// orderly way and with code 0, which a supervisor that restarts on failure (systemd, Kubernetes jobs) takes for success.
/// </summary>
internal sealed class FailureExitCode(IServiceProvider services, IHostApplicationLifetime lifetime) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStopping.Register(() =>
        {
            // Resolved here: this is one of the hosted services itself.
            if (services.GetServices<IHostedService>().OfType<BackgroundService>().Any(service => service.ExecuteTask is { IsFaulted: true }))
            {
                Environment.ExitCode = 1;
            }
        });
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
