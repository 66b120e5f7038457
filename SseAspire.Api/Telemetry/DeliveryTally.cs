using SseAspire.Api.Hub;

namespace SseAspire.Api.Telemetry;

/// <summary>
/// What one thread of a wave has written to readers at the head and not yet told to the metrics, which all threads
/// share: they are told once for many readers.
/// </summary>
internal struct DeliveryTally(HubMetrics metrics)
{
    private Transport _transport;
    private long _publishedAt;
    private int _writes;
    private int _events;
    private long _bytes;

    /// <summary>A reading of the head has been written.</summary>
    public void Add(Transport transport, in Reading reading)
    {
        if (transport != _transport || reading.PublishedAt != _publishedAt)
        {
            Tell();
            (_transport, _publishedAt) = (transport, reading.PublishedAt);
        }

        _writes++;
        _events += reading.Events;
        _bytes += reading.Frames.Length;
    }

    /// <summary>Tells the metrics, and begins anew.</summary>
    public void Tell()
    {
        if (_writes > 0)
        {
            metrics.WrittenAtHead(_transport, _writes, _events, _bytes, _publishedAt);
            (_writes, _events, _bytes) = (0, 0, 0);
        }
    }
}
