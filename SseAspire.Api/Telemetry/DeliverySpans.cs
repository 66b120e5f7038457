using System.Diagnostics;
using Microsoft.Extensions.Options;
using SseAspire.Broker;

namespace SseAspire.Api.Telemetry;

/// <summary>
/// The <c>deliver {topic}</c> span of each sampled event on this replica, a child of its publication: from when
/// the tail has read it until it is written to every reader at the head. One an event, not one a reader.
/// </summary>
/// <remarks>Only the tail calls it. Where nobody listens it does nothing.</remarks>
internal sealed class DeliverySpans(IOptions<TelemetryOptions> options, TimeProvider time)
{
    private readonly SpanBudget _budget = new(options.Value.MaxSpansPerSecond, time);

    // Reused from batch to batch.
    private readonly List<Delivery> _underWay = [];

    /// <summary>An event has found its readers.</summary>
    /// <param name="entry">The event.</param>
    /// <param name="readers">How many want it.</param>
    public void Found(LogEntry entry, int readers)
    {
        if (HubTraces.TryGetSampled(entry, out var publication) && _budget.TryTake())
        {
            _underWay.Add(new Delivery(entry, publication, readers, time.GetUtcNow()));
        }
    }

    /// <summary>All that was found is written.</summary>
    public void Written()
    {
        if (_underWay.Count == 0)
        {
            return;
        }

        var now = time.GetUtcNow();
        foreach (var (entry, publication, readers, found) in _underWay)
        {
            using var activity = HubTraces.StartEvent("deliver", "process", entry, publication, found);
            activity?.SetTag("sse.readers", readers);
            activity?.SetTag("sse.delay", Math.Max(0, (now - entry.Event.At).TotalSeconds));
            activity?.SetEndTime(now.UtcDateTime);
        }

        _underWay.Clear();
    }

    private readonly record struct Delivery(LogEntry Entry, ActivityContext Publication, int Readers, DateTimeOffset Found);
}
