using Microsoft.Extensions.Options;
using SseAspire.Broker;

namespace SseAspire.Api.Hub;

/// <summary>
/// Follows the log for all connections of this replica: reads the newest entries into the window, then each
/// new batch as it comes, without end.
/// </summary>
internal sealed partial class LogTail(
    EventHub hub, EventLog log, TailPulse pulse, IOptions<HubOptions> options, TimeProvider time, ILogger<LogTail> logger)
    : BackgroundService
{
    /// <summary>About how many bytes of the log are read at once into the window.</summary>
    private const long MaxReadBytes = 8 << 20;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(250);

    /// <summary>How often skipped entries are logged: whoever writes them may write thousands a second.</summary>
    private static readonly TimeSpan SkippedInterval = TimeSpan.FromMinutes(1);

    private long _skipped;
    private long? _skippedLoggedAt;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var position = await StartAtEndAsync(stoppingToken);
        TailStarted(position);
        await foreach (var batch in log.TailAsync(position, pulse, stoppingToken))
        {
            hub.Publish(batch);
            LogSkipped(batch[^1].Id);
        }
    }

    private void LogSkipped(EventId position)
    {
        var skipped = hub.Metrics.Skipped;
        if (skipped > _skipped && (_skippedLoggedAt is not { } last || time.GetElapsedTime(last) >= SkippedInterval))
        {
            EntriesSkipped(skipped - _skipped, position);
            (_skipped, _skippedLoggedAt) = (skipped, time.GetTimestamp());
        }
    }

    private async Task<EventId> StartAtEndAsync(CancellationToken stoppingToken)
    {
        var warned = false;
        while (true)
        {
            try
            {
                var newest = await ReadNewestAsync(stoppingToken);
                // Everything may have been trimmed; the log knows its last id all the same.
                var position = newest is [.., var last] ? last.Id : (await log.GetExtentAsync(stoppingToken)).Last;
                hub.Start(newest, position);
                return position;
            }
            catch (BrokerUnavailableException e)
            {
                if (!warned)
                {
                    LogUnavailable(e.Message);
                    warned = true;
                }

                await Task.Delay(RetryDelay, time, stoppingToken);
            }
        }
    }

    private async Task<List<LogEntry>> ReadNewestAsync(CancellationToken stoppingToken)
    {
        var newest = new List<LogEntry>();
        var bytes = 0L;
        var size = new ReadSize(MaxReadBytes);
        while (newest.Count < options.Value.WindowEvents && bytes < options.Value.WindowBytes)
        {
            pulse.Turn();
            var count = Math.Min(size.Count, options.Value.WindowEvents - newest.Count);
            var page = await log.ReadBeforeAsync(newest is [] ? null : newest[^1].Id, count, stoppingToken);
            size.Learn(page);
            newest.AddRange(page);
            bytes += page.Sum(entry => (long)entry.Bytes);
            if (page.Count < count)
            {
                break;
            }
        }

        newest.Reverse();
        return newest;
    }

    [LoggerMessage(LogLevel.Information, "The hub follows the event log from {Position}")]
    private partial void TailStarted(EventId position);

    [LoggerMessage(LogLevel.Warning, "Skipped {Count} log entries up to {Position} that hold no event: something other than a publisher writes to the log")]
    private partial void EntriesSkipped(long count, EventId position);

    [LoggerMessage(LogLevel.Warning, "The hub waits for the event log: {Reason}")]
    private partial void LogUnavailable(string reason);
}
