using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace SseAspire.Broker;

/// <summary>
/// Trims events that are older than <see cref="LogOptions.MaxAge"/>, once a minute. Any number of
/// processes may do so at once; the count is kept by the appends themselves.
/// </summary>
internal sealed class LogRetention(EventLog log, IOptions<LogOptions> options, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await log.TrimBeforeAsync(time.GetUtcNow() - options.Value.MaxAge, stoppingToken);
            }
            catch (BrokerUnavailableException)
            {
                // The tail and the health check say so already; the next minute tries again.
            }
        }
    }
}
