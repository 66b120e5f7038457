using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace SseAspire.AppHost;

/// <summary>Stops the services before the orchestrator stops.</summary>
/// <remarks>
/// The orchestrator by itself ends everything at once: its proxies, through which every stream runs, and the dashboard,
/// to which the services send their last telemetry. Streams would be cut in the middle instead of drained.
/// </remarks>
internal sealed partial class OrderlyStop(
    ResourceNotificationService notifications,
    ResourceCommandService commands,
    ILogger<OrderlyStop> logger) : IHostedLifecycleService
{
    /// <summary>How long the services may take. The orchestrator kills what still runs after that.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(6);

    private readonly ConcurrentDictionary<string, ResourceEvent> _running = new();

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        _ = WatchAsync();
        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => StopServicesAsync();

    /// <summary>
    /// Stops the services that run. The host does so when it stops; when it is interrupted while it starts, the caller
    /// must, because then the host stops nothing.
    /// </summary>
    public async Task StopServicesAsync()
    {
        using var timeout = new CancellationTokenSource(Timeout);
        await Task.WhenAll(_running.Values.Select(service => StopAsync(service, timeout.Token)));
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task WatchAsync()
    {
        await foreach (var change in notifications.WatchAsync())
        {
            if (change.Resource is ProjectResource && change.Snapshot.State?.Text == KnownResourceStates.Running)
            {
                _running[change.ResourceId] = change;
            }
            else
            {
                _running.TryRemove(change.ResourceId, out _);
            }
        }
    }

    private async Task StopAsync(ResourceEvent service, CancellationToken cancellationToken)
    {
        try
        {
            await commands.ExecuteCommandAsync(service.ResourceId, KnownResourceCommands.StopCommand, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            LogTimeout(service.ResourceId, Timeout.TotalSeconds);
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Service} did not stop within {Seconds} s and is killed.")]
    private partial void LogTimeout(string service, double seconds);
}
