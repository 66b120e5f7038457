using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using SseAspire.Api.Hub;
using SseAspire.Broker;

namespace SseAspire.Api.Telemetry;

/// <summary>
/// <c>POST /events/receipts</c>: browsers tell when they received events. That closes an event's trace with a
/// <c>receive {topic}</c> span, and counts into <c>sse.browser.latency</c>.
/// </summary>
/// <remarks>
/// Anybody may send receipts, true or not. So they are few (<see cref="ReceiptRate"/>), small
/// (<see cref="ReceiptReader"/>), only of events that the window has, and only of times that can be.
/// </remarks>
internal sealed class Receipts(EventWindow window, HubMetrics metrics, IOptions<TelemetryOptions> options, TimeProvider time)
{
    public const string Path = "/events/receipts";

    /// <summary>Where browsers compare their clocks: <c>{"now": Unix milliseconds with fraction}</c>.</summary>
    public const string ClockPath = "/events/clock";

    /// <summary>How far two clocks may seem apart that were compared: half a round trip, and the publisher's own error.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The log keeps the time of an event to the millisecond, rounded down. The span of its publication starts up to one
    /// millisecond later, and <c>receive</c> must not start before that.
    /// </summary>
    private static readonly TimeSpan TimeResolution = TimeSpan.FromMilliseconds(1);

    private readonly SpanBudget _budget = new(options.Value.MaxSpansPerSecond, time);

    public async Task ServeAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            // Ours is the bound, and ours names the field. Kestrel's stays just behind it.
            size.MaxRequestBodySize = ReceiptReader.MaxBytes + 1;
        }

        var (transport, receipts) = await ReceiptReader.ReadAsync(context.Request, context.RequestAborted);
        foreach (var receipt in receipts)
        {
            Take(transport, receipt);
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    /// <summary>Tells the hub's time, to the fraction of a millisecond.</summary>
    public IResult ServeClock(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        return Results.Json(new { now = Milliseconds(time.GetUtcNow()) });
    }

    private void Take(Transport transport, Receipt receipt)
    {
        if (Find(receipt.Id) is not { } entry)
        {
            metrics.ReceiptUnknown();
            return;
        }

        var published = entry.Event.At;
        if (receipt.At < Milliseconds(published - Tolerance) || receipt.At > Milliseconds(time.GetUtcNow() + Tolerance))
        {
            metrics.ReceiptImplausible();
            return;
        }

        // Within the error of the clocks an event may seem to arrive before it was published.
        var latency = TimeSpan.FromMilliseconds(Math.Max(0, receipt.At - Milliseconds(published)));
        metrics.BrowserReceived(transport, latency);
        // A leaf: dropping it leaves no other span without its parent.
        if (HubTraces.TryGetSampled(BrowserTraces.Source, entry, out var publication) && _budget.TryTake())
        {
            var start = published + TimeResolution;
            var end = published + latency;
            using var activity = HubTraces.StartEvent(BrowserTraces.Source, "receive", "receive", entry, publication, start);
            activity?.SetTag("sse.transport", HubMetrics.NameOf(transport));
            activity?.SetTag("sse.delay", latency.TotalSeconds);
            activity?.SetEndTime((end > start ? end : start).UtcDateTime);
        }
    }

    private LogEntry? Find(string id) =>
        EventId.TryParse(id, out var place) ? window.Find(place) : window.FindOwnId(id);

    private static double Milliseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).TotalMilliseconds;
}
