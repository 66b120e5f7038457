using Microsoft.Extensions.Hosting;

namespace SseAspire.Broker;

/// <summary>
/// Ends the process where the appender has ended before it was closed: no event would be appended any more. A supervisor
/// restarts it.
/// </summary>
internal sealed class AppenderWatch(EventLog log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var stopping = Task.Delay(Timeout.Infinite, stoppingToken);
        if (await Task.WhenAny(log.Appending, stopping) == log.Appending && !stoppingToken.IsCancellationRequested)
        {
            await log.Appending;
            throw new InvalidOperationException("The appender of the event log has ended.");
        }
    }
}
