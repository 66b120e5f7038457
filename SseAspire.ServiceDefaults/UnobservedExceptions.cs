using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace SseAspire.ServiceDefaults;

/// <summary>Logs exceptions of tasks that nobody awaited: .NET passes over them in silence.</summary>
internal sealed partial class UnobservedExceptions(ILogger<UnobservedExceptions> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        TaskScheduler.UnobservedTaskException += Log;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        TaskScheduler.UnobservedTaskException -= Log;
        return Task.CompletedTask;
    }

    private void Log(object? sender, UnobservedTaskExceptionEventArgs unobserved) => TaskFailed(unobserved.Exception);

    [LoggerMessage(LogLevel.Error, "A task that nobody awaited has failed")]
    private partial void TaskFailed(Exception exception);
}
