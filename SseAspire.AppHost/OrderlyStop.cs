using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace SseAspire.AppHost;

/// <summary>Stops the services before the orchestrator stops.</summary>
/// <remarks>
/// The orchestrator by itself ends everything at once: its proxies, through which every stream runs, and the dashboard,
/// to which the services send their last telemetry. Streams would be cut in the middle instead of drained.
/// </remarks>
internal sealed partial class OrderlyStop(
    DistributedApplicationModel model,
    ResourceCommandService commands,
    ILogger<OrderlyStop> logger) : IHostedLifecycleService
{
    /// <summary>How long the services may take. The orchestrator kills what still runs after that.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(6);

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Timeout);
        await Task.WhenAll(model.Resources.OfType<ProjectResource>().Select(service => StopAsync(service, timeout.Token)));
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task StopAsync(ProjectResource service, CancellationToken cancellationToken)
    {
        try
        {
            await commands.ExecuteCommandAsync(service, KnownResourceCommands.StopCommand, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            LogTimeout(service.Name, Timeout.TotalSeconds);
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Service} did not stop within {Seconds} s and is killed.")]
    private partial void LogTimeout(string service, double seconds);
}
