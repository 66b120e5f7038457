using SseAspire.Web.Demonstration;
using SseAspire.Web.Hub;
using SseAspire.Web.Lab;

namespace SseAspire.Web.Recover;

/// <summary>Publishes the events of all visits, in one request for all, five times a second.</summary>
internal sealed class VisitPublisher(Visits visits, IServiceProvider services, LabClock clock, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    /// <summary>How long to wait after a failure: short, since somebody looks on.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(800);

    /// <summary>How many events of one visit at once: those of all together are as many as the API takes in one request.</summary>
    private const int MaxOfOne = 1_000 / Visits.Max;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (!await PublishAsync(stoppingToken))
            {
                await Task.Delay(Pause, time, stoppingToken);
            }
        }
    }

    private async Task<bool> PublishAsync(CancellationToken stoppingToken)
    {
        var batches = visits.Current
            .Select(visit => (Visit: visit, Events: visit.Happened(clock.Date).Take(MaxOfOne).ToArray()))
            .Where(batch => batch.Events.Length > 0)
            .ToArray();
        if (batches.Length == 0)
        {
            return true;
        }

        try
        {
            // A new client each time: one that lives as long as the process would never look up the API's address again.
            await services.GetRequiredKeyedService<HubClient>(DemonstrationOptions.Hub).PublishAsync(
                batches.SelectMany(batch => batch.Events.Select(one => one.On(batch.Visit.Topic))), stoppingToken);
        }
        catch (HubUnavailableException)
        {
            // Tried again with all that has happened by then. Where only the answer was lost, they are published
            // twice, under ids of their own: readers know them by their numbers.
            return false;
        }

        foreach (var (visit, events) in batches)
        {
            visit.Published(events.Length);
        }

        return true;
    }
}
