namespace SseAspire.Api.Hub;

/// <summary>One timer for all streams: heartbeats, lifetimes and writes that hang are looked at once a second.</summary>
internal sealed class HubClock(EventHub hub, LogPages pages, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            hub.Tick();
            pages.Release();
        }
    }
}
