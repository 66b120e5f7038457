using System.Diagnostics;
using System.Diagnostics.Metrics;
using SseAspire.Api.Hub;
using SseAspire.Broker;

namespace SseAspire.Api.Telemetry;

/// <summary>
/// The instruments of the meter <c>SseAspire.Hub</c>, a method for each fact. The hub's own statistics read
/// the same counts.
/// </summary>
/// <remarks>Attributes are bounded: never a topic, an id or an address.</remarks>
internal sealed class HubMetrics : IDisposable
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Name = "SseAspire.Hub";

    private static readonly int Transports = Enum.GetValues<Transport>().Length;

    private readonly TimeProvider _time;
    private readonly Meter _meter;
    private readonly UpDownCounter<long> _active;
    private readonly Counter<long> _opened;
    private readonly Counter<long> _closed;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _published;
    private readonly Counter<long> _deliveredCounter;
    private readonly Counter<long> _bytes;
    private readonly Histogram<double> _latency;
    private readonly Counter<long> _replayed;
    private readonly Counter<long> _gaps;

    private readonly long[] _activeByTransport = new long[Transports];
    private readonly long[] _deliveredByTransport = new long[Transports];
    private readonly long[] _closedByReason = new long[Enum.GetValues<CloseReason>().Length];
    private readonly KeyValuePair<string, object?>[] _transportTags =
        [.. Enum.GetValues<Transport>().Select(transport => KeyValuePair.Create("transport", (object?)NameOf(transport)))];

    private long _publishedTotal;
    private long _bytesTotal;
    private long _gapsTotal;
    private long _openedTotal;
    private long _refusedTotal;
    private long _receivedTotal;
    private long _lagTicks;

    public HubMetrics(IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        _meter = meters.Create(Name);
        _active = _meter.CreateUpDownCounter<long>("sse.connections.active", "{connection}", "Streams that are open.");
        _opened = _meter.CreateCounter<long>("sse.connections.opened", "{connection}", "Streams that were opened.");
        _closed = _meter.CreateCounter<long>("sse.connections.closed", "{connection}", "Streams that ended, by reason.");
        _duration = _meter.CreateHistogram<double>("sse.connection.duration", "s", "How long streams lasted.");
        _published = _meter.CreateCounter<long>("sse.events.published", "{event}", "Events that were appended to the log.");
        _deliveredCounter = _meter.CreateCounter<long>("sse.events.delivered", "{event}", "Events that were written to readers.");
        _bytes = _meter.CreateCounter<long>("sse.bytes.sent", "By", "Bytes of frames that were written to readers.");
        _latency = _meter.CreateHistogram<double>("sse.delivery.latency", "s", "From publishing to writing, of the newest event of a write.");
        _replayed = _meter.CreateCounter<long>("sse.replay.events", "{event}", "Events that were delivered from behind the head.");
        _gaps = _meter.CreateCounter<long>("sse.gaps", "{gap}", "Gaps that readers were told of.");
    }

    public LatencyHistogram Latency { get; } = new();

    public long Published => Volatile.Read(ref _publishedTotal);

    public long Received => Volatile.Read(ref _receivedTotal);

    public long Opened => Volatile.Read(ref _openedTotal);

    public long Refused => Volatile.Read(ref _refusedTotal);

    public long BytesSent => Volatile.Read(ref _bytesTotal);

    public long Gaps => Volatile.Read(ref _gapsTotal);

    /// <summary>How long the last event took from its publisher to this replica.</summary>
    public TimeSpan Lag => TimeSpan.FromTicks(Volatile.Read(ref _lagTicks));

    public long Active(Transport transport) => Volatile.Read(ref _activeByTransport[(int)transport]);

    public long Delivered(Transport transport) => Volatile.Read(ref _deliveredByTransport[(int)transport]);

    public long Closed(CloseReason reason) => Volatile.Read(ref _closedByReason[(int)reason]);

    /// <summary>Starts to report the gauges.</summary>
    public void Observe(EventWindow window)
    {
        _meter.CreateObservableGauge("sse.window.events", () => window.Count, "{event}", "Events in the window.");
        _meter.CreateObservableGauge("sse.window.bytes", () => window.Bytes, "By", "What the events in the window weigh.");
        _meter.CreateObservableGauge("sse.log.lag", () => Lag.TotalSeconds, "s", "From publishing to this replica, of the last event read.");
    }

    public void ConnectionOpened(Transport transport)
    {
        Interlocked.Increment(ref _activeByTransport[(int)transport]);
        Interlocked.Increment(ref _openedTotal);
        _active.Add(1, Tag(transport));
        _opened.Add(1, Tag(transport));
    }

    public void ConnectionClosed(Transport transport, CloseReason reason, TimeSpan duration)
    {
        Interlocked.Decrement(ref _activeByTransport[(int)transport]);
        Interlocked.Increment(ref _closedByReason[(int)reason]);
        _active.Add(-1, Tag(transport));
        _closed.Add(1, Tag(transport), Tag(reason));
        _duration.Record(duration.TotalSeconds, Tag(transport), Tag(reason));
    }

    public void ConnectionRefused(Transport transport)
    {
        Interlocked.Increment(ref _refusedTotal);
        _closed.Add(1, Tag(transport), new("reason", "refused"));
    }

    public void EventsPublished(int count)
    {
        Interlocked.Add(ref _publishedTotal, count);
        _published.Add(count, new KeyValuePair<string, object?>("source", "http"));
    }

    public void TailRead(IReadOnlyList<LogEntry> batch)
    {
        Interlocked.Add(ref _receivedTotal, batch.Count);
        Volatile.Write(ref _lagTicks, Math.Max(0, (_time.GetUtcNow() - batch[^1].Event.At).Ticks));
    }

    /// <summary>A reading has been written to its connection.</summary>
    public void Written(Transport transport, in Reading reading) =>
        Written(transport, reading.Events, reading.Frames.Length, reading.ServedBy, reading.PublishedAt);

    /// <summary>Events have been written to a connection.</summary>
    /// <param name="transport">How.</param>
    /// <param name="events">How many of them.</param>
    /// <param name="bytes">How many bytes they took.</param>
    /// <param name="from">Where they came from.</param>
    /// <param name="publishedAt">At the head: when the newest was made, in UTC ticks.</param>
    public void Written(Transport transport, int events, long bytes, Source from, long publishedAt)
    {
        Interlocked.Add(ref _deliveredByTransport[(int)transport], events);
        Interlocked.Add(ref _bytesTotal, bytes);
        _deliveredCounter.Add(events, Tag(transport));
        _bytes.Add(bytes, Tag(transport));
        if (from == Source.Head)
        {
            var latency = _time.GetUtcNow().UtcTicks - publishedAt;
            Latency.Record(TimeSpan.FromTicks(latency));
            _latency.Record(Math.Max(0, (double)latency / TimeSpan.TicksPerSecond), Tag(transport));
        }
        else
        {
            _replayed.Add(events, new KeyValuePair<string, object?>("served", from == Source.Window ? "window" : "log"));
        }
    }

    public void Gap(Gap gap)
    {
        Interlocked.Increment(ref _gapsTotal);
        _gaps.Add(1, new KeyValuePair<string, object?>("reason", gap.Missed is null ? "epoch" : "trimmed"));
    }

    public void Dispose() => _meter.Dispose();

    /// <summary>A transport's name in attributes and statistics.</summary>
    public static string NameOf(Transport transport) => transport switch
    {
        Transport.Sse => "sse",
        Transport.WebSocket => "websocket",
        Transport.LongPoll => "long_poll",
        Transport.Poll => "poll",
        _ => throw new UnreachableException(),
    };

    /// <summary>A reason's name in attributes and statistics.</summary>
    public static string NameOf(CloseReason reason) => reason switch
    {
        CloseReason.Client => "client",
        CloseReason.Slow => "slow",
        CloseReason.Lifetime => "lifetime",
        CloseReason.Drain => "drain",
        CloseReason.Dropped => "dropped",
        CloseReason.Answered => "answered",
        _ => throw new UnreachableException(),
    };

    private static KeyValuePair<string, object?> Tag(CloseReason reason) => new("reason", NameOf(reason));

    private KeyValuePair<string, object?> Tag(Transport transport) => _transportTags[(int)transport];
}
