using SseAspire.Broker;
using SseAspire.Producer.Operations;
using SseAspire.Producer.Sources;

namespace SseAspire.Producer;

/// <summary>
/// Runs every source that is switched on, each with its own <see cref="Publisher"/>. One that fails is
/// started again after a pause; the others do not notice.
/// </summary>
internal sealed partial class SourceRunner(
    IEnumerable<IEventSource> sources,
    EventLog log,
    ProducerTelemetry telemetry,
    Pause pause,
    TimeProvider time,
    ILogger<SourceRunner> logger) : BackgroundService
{
    /// <summary>How long a stopping producer tries to append what its sources have given. Less than what hosts allow a process to stop.</summary>
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan FirstRestart = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRestart = TimeSpan.FromMinutes(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(sources.Where(source => source.Enabled).Select(source => RunAsync(source, stoppingToken)));

    private async Task RunAsync(IEventSource source, CancellationToken stopping)
    {
        // The first reading happens on a thread of its own: a source that blocks holds nobody back.
        await Task.Yield();
        SourceStarted(source.Name);
        var publisher = new Publisher(source.Name, source.Kind, log, telemetry, time, logger);
        using var giveUp = new CancellationTokenSource();
        using var stop = stopping.Register(() => giveUp.CancelAfter(StopTime));
        var appending = publisher.RunAsync(giveUp.Token);
        await ReadAsync(source, publisher, stopping);
        publisher.Complete();
        await appending;
    }

    /// <summary>Hands on what the source yields, until it ends or the producer stops.</summary>
    private async Task ReadAsync(IEventSource source, Publisher publisher, CancellationToken stopping)
    {
        var backoff = new Backoff(FirstRestart, LongestRestart);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await foreach (var @event in source.ReadAsync(stopping))
                {
                    if (pause.IsOn)
                    {
                        // It is not asked for more meanwhile: what comes stays upstream.
                        await pause.OverAsync(stopping);
                        if (source.Kind == SourceKind.State)
                        {
                            // What was so before the pause is not news after it.
                            continue;
                        }
                    }

                    await publisher.PublishAsync(@event, stopping);
                    backoff.Reset();
                }

                SourceEnded(source.Name);
                return;
            }
            catch (Exception) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                var wait = backoff.Next();
                SourceFailed(e, source.Name, wait);
                await Task.Delay(wait, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "Source {Source} is on")]
    private partial void SourceStarted(string source);

    [LoggerMessage(LogLevel.Information, "Source {Source} has ended: it has no more events")]
    private partial void SourceEnded(string source);

    [LoggerMessage(LogLevel.Error, "Source {Source} failed; starting it again in {Wait}")]
    private partial void SourceFailed(Exception exception, string source, TimeSpan wait);
}
