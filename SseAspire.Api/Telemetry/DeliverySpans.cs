using System.Diagnostics;
using SseAspire.Broker;

namespace SseAspire.Api.Telemetry;

/// <summary>
/// The <c>deliver {topic}</c> span of each traced event on this replica, a child of its publication: from when the tail
/// has read the event until it is written to every reader at the head. One per event, not one per reader.
/// </summary>
/// <remarks>
/// Called by the tail only. Does nothing where nobody listens. The publisher's budget limits what is traced
/// (<see cref="TelemetryOptions.MaxSpansPerSecond"/>): a second limit here would leave traces without their middle.
/// </remarks>
internal sealed class DeliverySpans(TimeProvider time)
{
    // Reused from batch to batch.
    private readonly List<Delivery> _underWay = [];

    /// <summary>The readers of an event are found.</summary>
    /// <param name="entry">The event.</param>
    /// <param name="readers">How many select it.</param>
    public void Found(LogEntry entry, int readers)
    {
        if (HubTraces.TryGetSampled(HubTraces.Source, entry, out var publication))
        {
            _underWay.Add(new Delivery(entry, publication, readers, time.GetUtcNow()));
        }
    }

    /// <summary>Every event found so far is written.</summary>
    public void Written()
    {
        if (_underWay.Count == 0)
        {
            return;
        }

        var now = time.GetUtcNow();
        foreach (var (entry, publication, readers, found) in _underWay)
        {
            using var activity = HubTraces.StartEvent(HubTraces.Source, "deliver", "process", entry, publication, found);
            activity?.SetTag("sse.readers", readers);
            activity?.SetTag("sse.delay", Math.Max(0, (now - entry.Event.At).TotalSeconds));
            activity?.SetEndTime(now.UtcDateTime);
        }

        _underWay.Clear();
    }

    private readonly record struct Delivery(LogEntry Entry, ActivityContext Publication, int Readers, DateTimeOffset Found);
}
