using System.Diagnostics;
using System.Diagnostics.Metrics;
using SseAspire.Api.Hub;
using SseAspire.Broker;

namespace SseAspire.Api.Telemetry;

/// <summary>
/// The instruments of the meter <c>SseAspire.Hub</c>, a method for each fact. The hub's own statistics read
/// the same counts.
/// </summary>
/// <remarks>
/// Attributes are bounded: never a topic, an id or an address. Deliveries are counted in plain numbers that the exporter
/// reads; only latencies are recorded one by one. The counts may live longer than a hub: they never fall when a new hub
/// starts in the same process, and the statistics of that hub start at zero (<see cref="Observe"/>).
/// </remarks>
internal sealed class HubMetrics : IDisposable
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Name = "SseAspire.Hub";

    private static readonly Transport[] Transports = Enum.GetValues<Transport>();

    /// <summary>The transports with streams; a poll is answered at once.</summary>
    private static readonly Transport[] StreamTransports = [Transport.Sse, Transport.WebSocket, Transport.LongPoll];

    /// <summary>Seconds, from a local delivery to one over a satellite behind a full queue.</summary>
    private static readonly InstrumentAdvice<double> LatencyBuckets = new()
    {
        HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    };

    /// <summary>Seconds, from a reader that is cut at once to a day.</summary>
    private static readonly InstrumentAdvice<double> DurationBuckets = new()
    {
        HistogramBucketBoundaries = [0.1, 1, 5, 15, 60, 300, 900, 1_800, 3_600, 7_200, 21_600, 86_400],
    };

    private static readonly KeyValuePair<string, object?> BecauseRefused = new("reason", "refused");
    private static readonly KeyValuePair<string, object?> PublishedOverHttp = new("source", "http");
    private static readonly KeyValuePair<string, object?> ServedByWindow = new("served_by", "window");
    private static readonly KeyValuePair<string, object?> ServedByLog = new("served_by", "log");
    private static readonly KeyValuePair<string, object?> TrimmedAway = new("reason", "trimmed");
    private static readonly KeyValuePair<string, object?> OtherEpoch = new("reason", "epoch");

    private readonly TimeProvider _time;
    private readonly Meter _meter;
    private readonly Counter<long> _opened;
    private readonly Counter<long> _closed;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _published;
    private readonly Histogram<double> _latency;
    private readonly Counter<long> _replayed;
    private readonly Counter<long> _gaps;
    private readonly Counter<long> _skipped;
    private readonly Counter<long> _appendsFailed;
    private readonly Histogram<double> _browserLatency;
    private readonly Counter<long> _receipts;

    private readonly Counts _counts = new();
    private readonly KeyValuePair<string, object?>[] _transportTags =
        [.. Transports.Select(transport => KeyValuePair.Create("transport", (object?)NameOf(transport)))];

    private Observed? _observed;
    private Counts _before = new();
    private long _lagTicks;

    public HubMetrics(IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        _meter = meters.Create(Name);
        _meter.CreateObservableGauge("sse.connections.active", ReadActive, "{connection}", "Streams that are open.");
        _opened = _meter.CreateCounter<long>("sse.connections.opened", "{connection}", "Streams that were opened.");
        _closed = _meter.CreateCounter<long>("sse.connections.closed", "{connection}", "Streams that ended, by reason.");
        _duration = _meter.CreateHistogram<double>("sse.connection.duration", "s", "How long streams lasted.", tags: null, DurationBuckets);
        _published = _meter.CreateCounter<long>("sse.events.published", "{event}", "Events that were appended to the log.");
        _meter.CreateObservableCounter("sse.events.delivered", () => ByTransport(_counts.Delivered), "{event}", "Events that were written to readers.");
        _meter.CreateObservableCounter("sse.bytes.sent", () => ByTransport(_counts.Bytes), "By", "Bytes of frames that were written to readers.");
        _latency = _meter.CreateHistogram<double>("sse.delivery.latency", "s", "From publishing to writing, of the newest event of a write.", tags: null, LatencyBuckets);
        _replayed = _meter.CreateCounter<long>("sse.replay.events", "{event}", "Events that were delivered from behind the head.");
        _gaps = _meter.CreateCounter<long>("sse.gaps", "{gap}", "Gaps that readers were told of.");
        _skipped = _meter.CreateCounter<long>("sse.log.entries.skipped", "{entry}", "Log entries that hold no event: not written by a publisher.");
        _appendsFailed = _meter.CreateCounter<long>("sse.log.appends.failed", "{event}", "Events that could not be appended to the log, by the reason.");
        _browserLatency = _meter.CreateHistogram<double>("sse.browser.latency", "s", "From publishing to the browser, as sampled browsers say.", tags: null, LatencyBuckets);
        _receipts = _meter.CreateCounter<long>("sse.browser.receipts", "{receipt}", "Receipts of browsers, by what became of them.");
        // Once, and not with each hub: an instrument cannot be taken back, and the one of a former hub would still report.
        _meter.CreateObservableGauge("sse.window.events", () => OfHub(hub => (long)hub.Window.Count), "{event}", "Events in the window.");
        _meter.CreateObservableGauge("sse.window.bytes", () => OfHub(hub => hub.Window.Bytes), "By", "What the events in the window weigh.");
        _meter.CreateObservableGauge("sse.log.lag", () => OfHub(_ => Lag.TotalSeconds), "s", "From publishing to this replica, of the last event read.");
    }

    public LatencyHistogram Latency { get; } = new();

    public long Published => Volatile.Read(ref _counts.Published) - _before.Published;

    public long Received => Volatile.Read(ref _counts.Received) - _before.Received;

    public long Opened => Volatile.Read(ref _counts.Opened) - _before.Opened;

    public long Refused => Volatile.Read(ref _counts.Refused) - _before.Refused;

    public long BytesSent => _counts.Bytes.Sum() - _before.Bytes.Sum();

    public long Gaps => Volatile.Read(ref _counts.Gaps) - _before.Gaps;

    /// <summary>Log entries that hold no event.</summary>
    public long Skipped => Volatile.Read(ref _counts.Skipped) - _before.Skipped;

    /// <summary>How long the last event took from its publisher to this replica.</summary>
    public TimeSpan Lag => TimeSpan.FromTicks(Volatile.Read(ref _lagTicks));

    public long Delivered(Transport transport) =>
        Volatile.Read(ref _counts.Delivered[(int)transport]) - _before.Delivered[(int)transport];

    public long Closed(CloseReason reason) => Volatile.Read(ref _counts.Closed[(int)reason]) - _before.Closed[(int)reason];

    /// <summary>A hub starts: the gauges report it from now on, and its statistics start at zero.</summary>
    /// <param name="window">The hub's window.</param>
    /// <param name="streams">Counts the hub's open streams of a transport.</param>
    public void Observe(EventWindow window, Func<Transport, long> streams)
    {
        _before = _counts.Copy();
        Volatile.Write(ref _lagTicks, 0);
        Volatile.Write(ref _observed, new Observed(window, streams));
    }

    public void ConnectionOpened(Transport transport)
    {
        Interlocked.Increment(ref _counts.Opened);
        _opened.Add(1, Tag(transport));
    }

    public void ConnectionClosed(Transport transport, CloseReason reason, TimeSpan duration)
    {
        Interlocked.Increment(ref _counts.Closed[(int)reason]);
        _closed.Add(1, Tag(transport), Tag(reason));
        _duration.Record(duration.TotalSeconds, Tag(transport), Tag(reason));
    }

    public void ConnectionRefused(Transport transport)
    {
        Interlocked.Increment(ref _counts.Refused);
        _closed.Add(1, Tag(transport), BecauseRefused);
    }

    public void EventsPublished(int count)
    {
        Interlocked.Add(ref _counts.Published, count);
        _published.Add(count, PublishedOverHttp);
    }

    public void TailRead(IReadOnlyList<LogEntry> batch)
    {
        Interlocked.Add(ref _counts.Received, batch.Count);
        for (var i = batch.Count - 1; i >= 0; i--)
        {
            // An entry without an event has no time: its lag would be that since 1970.
            if (!batch[i].IsForeign)
            {
                Volatile.Write(ref _lagTicks, Math.Max(0, (_time.GetUtcNow() - batch[i].Event.At).Ticks));
                break;
            }
        }
    }

    /// <summary>The tail has read an entry that holds no event.</summary>
    /// <summary>Events could not be appended.</summary>
    /// <param name="count">How many.</param>
    /// <param name="refusal">The word by which Redis refused them, such as OOM; null where it could not be reached.</param>
    public void AppendFailed(int count, string? refusal) =>
        _appendsFailed.Add(count, PublishedOverHttp, new KeyValuePair<string, object?>("reason", refusal ?? "away"));

    public void EntrySkipped()
    {
        Interlocked.Increment(ref _counts.Skipped);
        _skipped.Add(1);
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
        if (from == Source.Head)
        {
            WrittenAtHead(transport, writes: 1, events, bytes, publishedAt);
            return;
        }

        Count(transport, events, bytes);
        if (events > 0)
        {
            _replayed.Add(events, from == Source.Window ? ServedByWindow : ServedByLog);
        }
    }

    /// <summary>The same events have been written to connections that were at the head.</summary>
    /// <param name="transport">How.</param>
    /// <param name="writes">To how many connections.</param>
    /// <param name="events">How many events, over all of them.</param>
    /// <param name="bytes">How many bytes they took, over all of them.</param>
    /// <param name="publishedAt">When the newest of the events was made, in UTC ticks.</param>
    public void WrittenAtHead(Transport transport, int writes, int events, long bytes, long publishedAt)
    {
        Count(transport, events, bytes);
        if (events == 0)
        {
            // A gap, which was never published.
            return;
        }

        var latency = Math.Max(0, _time.GetUtcNow().UtcTicks - publishedAt);
        Latency.Record(TimeSpan.FromTicks(latency), writes);
        if (_latency.Enabled)
        {
            for (var write = 0; write < writes; write++)
            {
                _latency.Record((double)latency / TimeSpan.TicksPerSecond, Tag(transport));
            }
        }
    }

    /// <summary>Readers are told of a gap.</summary>
    public void Gap(Gap gap, int readers = 1)
    {
        Interlocked.Add(ref _counts.Gaps, readers);
        _gaps.Add(readers, gap.Missed is null ? OtherEpoch : TrimmedAway);
    }

    /// <summary>A browser has told when it received an event.</summary>
    public void BrowserReceived(Transport transport, TimeSpan latency)
    {
        _browserLatency.Record(latency.TotalSeconds, Tag(transport));
        _receipts.Add(1, new KeyValuePair<string, object?>("outcome", "recorded"));
    }

    /// <summary>A browser has told of an event that the window does not have.</summary>
    public void ReceiptUnknown() => _receipts.Add(1, new KeyValuePair<string, object?>("outcome", "unknown"));

    /// <summary>A browser has told of a time that cannot be.</summary>
    public void ReceiptImplausible() => _receipts.Add(1, new KeyValuePair<string, object?>("outcome", "implausible"));

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

    /// <summary>A reason's name in attributes, logs and statistics.</summary>
    public static string NameOf(CloseReason reason) => reason switch
    {
        CloseReason.Client => "client",
        CloseReason.Slow => "slow",
        CloseReason.Lifetime => "lifetime",
        CloseReason.Drain => "drain",
        CloseReason.Dropped => "dropped",
        CloseReason.Answered => "answered",
        CloseReason.Failed => "failed",
        _ => throw new UnreachableException(),
    };

    private void Count(Transport transport, int events, long bytes)
    {
        Interlocked.Add(ref _counts.Delivered[(int)transport], events);
        Interlocked.Add(ref _counts.Bytes[(int)transport], bytes);
    }

    private static KeyValuePair<string, object?> Tag(CloseReason reason) => new("reason", NameOf(reason));

    private KeyValuePair<string, object?> Tag(Transport transport) => _transportTags[(int)transport];

    private IEnumerable<Measurement<long>> ByTransport(long[] counts) =>
        Transports.Select(transport => new Measurement<long>(Volatile.Read(ref counts[(int)transport]), Tag(transport)));

    private Measurement<long>[] ReadActive() =>
        Volatile.Read(ref _observed) is { } hub
            ? [.. StreamTransports.Select(transport => new Measurement<long>(hub.Streams(transport), Tag(transport)))]
            : [];

    private IEnumerable<Measurement<T>> OfHub<T>(Func<Observed, T> read)
        where T : struct =>
        Volatile.Read(ref _observed) is { } hub ? [new Measurement<T>(read(hub))] : [];

    /// <summary>What the gauges read: the parts of the hub that runs now.</summary>
    private sealed record Observed(EventWindow Window, Func<Transport, long> Streams);

    /// <summary>Counts that only grow.</summary>
    private sealed class Counts
    {
        public long Published;
        public long Gaps;
        public long Skipped;
        public long Opened;
        public long Refused;
        public long Received;

        public long[] Delivered { get; private init; } = new long[Transports.Length];

        public long[] Bytes { get; private init; } = new long[Transports.Length];

        public long[] Closed { get; private init; } = new long[Enum.GetValues<CloseReason>().Length];

        public Counts Copy() => new()
        {
            Published = Volatile.Read(ref Published),
            Gaps = Volatile.Read(ref Gaps),
            Skipped = Volatile.Read(ref Skipped),
            Opened = Volatile.Read(ref Opened),
            Refused = Volatile.Read(ref Refused),
            Received = Volatile.Read(ref Received),
            Delivered = [.. Delivered],
            Bytes = [.. Bytes],
            Closed = [.. Closed],
        };
    }
}
