using Microsoft.Extensions.Hosting;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace SseAspire.ServiceDefaults;

/// <summary>
/// Exports what is left once the host has stopped, within a limit: traces and metrics at the same time, then the logs,
/// when the services are disposed, which may still log. What is not exported within the limit is discarded.
/// </summary>
/// <remarks>
/// When the container disposes the providers, each waits five seconds for a collector that accepts connections and does not
/// answer, one after the other. Registered first, so that it is created before the services and disposed after them.
/// </remarks>
internal sealed class TelemetryShutdown(
    TracerProvider traces, LoggerProvider logs, MeterProvider? metrics, IEnumerable<SeparateTraces> separate, int milliseconds)
    : IHostedLifecycleService, IDisposable
{
    private bool _isLate;

    /// <summary>The limit in milliseconds: a developer waits for it, in production there is time.</summary>
    public static int LimitFor(IHostEnvironment environment) => environment.IsDevelopment() ? 2_000 : 5_000;

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        Func<bool>[] shutdowns =
        [
            () => traces.Shutdown(milliseconds),
            () => metrics?.Shutdown(milliseconds) != false,
            .. separate.Select(each => (Func<bool>)(() => each.Provider.Shutdown(milliseconds))),
        ];
        // On threads of their own: blocked threads of the pool would delay the responses that they wait for.
        var inTime = await Task.WhenAll(shutdowns.Select(shutdown =>
            Task.Factory.StartNew(shutdown, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        _isLate = inTime.Contains(false);
    }

    // A collector that has not answered by now is not waited for again.
    public void Dispose() => logs.Shutdown(_isLate ? 0 : milliseconds);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
