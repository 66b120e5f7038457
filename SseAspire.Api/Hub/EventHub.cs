using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using SseAspire.Api.Telemetry;
using SseAspire.Broker;

namespace SseAspire.Api.Hub;

/// <summary>
/// Brings each new entry of the log to the subscriptions that want it. The tail feeds it, connections
/// subscribe to it.
/// </summary>
/// <remarks>The way of an event, whose steps the code carries, is told in docs/architecture.md.</remarks>
internal sealed partial class EventHub
{
    /// <summary>
    /// The most bytes of one batch that are encoded for one group: more than one event of the default limit takes.
    /// </summary>
    private const int MaxGroupBytes = 512 << 10;

    /// <summary>The most bytes of one batch that are encoded for all groups, and the most that they keep to share.</summary>
    private const long MaxSharedBytes = 64 << 20;

    /// <summary>How many readers a group must have to use the second half of <see cref="MaxSharedBytes"/>.</summary>
    private const int PopularGroup = 16;

    /// <summary>How many bytes of buffers are kept for the next batches.</summary>
    private const long MaxPooledBytes = 16 << 20;

    private readonly HubOptions _options;
    private readonly TimeProvider _time;
    private readonly EventWindow _window;
    private readonly LogReader _reader;
    private readonly DeliverySpans _spans;
    private readonly ILogger<EventHub> _logger;
    private readonly Lock _lock = new();
    private readonly TopicIndex _index = new();
    private readonly TopicTally _tally;
    private readonly Dictionary<(Selection, FrameFormat), SubscriptionGroup> _groups = [];
    private readonly ConcurrentDictionary<Subscription, bool> _subscriptions = new();

    // Written under the lock, read by statistics and metrics without it.
    private readonly long[] _streams = new long[Enum.GetValues<Transport>().Length];

    // The tail's own, reused from batch to batch.
    private readonly List<SubscriptionGroup> _found = [];
    private readonly List<SubscriptionGroup> _touched = [];
    private readonly List<SubscriptionGroup> _failed = [];
    private readonly Stack<BatchLayout> _layouts = new();
    private readonly List<Subscription> _woken = [];
    private long _pooledBytes;
    private long _encodedBytes;

    /// <summary>What the groups keep to share, guarded by the lock.</summary>
    private long _sharedBytes;

    private PositionBox _position = new(EventId.Earliest);
    private readonly long _created;
    private long _now;
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public EventHub(
        IOptions<HubOptions> options,
        TimeProvider time,
        EventWindow window,
        LogReader reader,
        HubMetrics metrics,
        DeliverySpans spans,
        ILogger<EventHub> logger)
    {
        (_options, _time, _window, _reader, _spans, _logger, Metrics) = (options.Value, time, window, reader, spans, logger, metrics);
        _tally = new TopicTally(_index);
        _created = time.GetTimestamp();
        _now = ReadClock();
        metrics.Observe(window, CountStreams);
    }

    public HubMetrics Metrics { get; }

    /// <summary>How far the hub is: the last place whose entry it has laid out for those who want it.</summary>
    public EventId Position => Volatile.Read(ref _position).Place;

    /// <summary>Whether it follows the log yet: before that nobody can be told where they start.</summary>
    public bool IsStarted => _started.Task.IsCompleted;

    /// <summary>Whether the API is about to stop, so that no new stream is opened.</summary>
    public bool IsDraining { get; set; }

    /// <summary>
    /// The ticks since the hub was created, as of the last <see cref="Tick"/>: precise to a second, free to read, never 0.
    /// Monotonic: a wall clock that is set would end all streams at once, or stop their heartbeats.
    /// </summary>
    public long Now => Volatile.Read(ref _now);

    /// <summary>How long ago the last <see cref="Tick"/> was.</summary>
    public TimeSpan SinceTick => TimeSpan.FromTicks(ReadClock() - Now);

    /// <summary>The readers that were behind at the last <see cref="Tick"/>.</summary>
    public BehindFigures Behind { get; private set; } = new(0, 0);

    /// <summary>
    /// The turns of readers who are behind. They may take half of the processors to lay out and send: the tail would else
    /// wait behind a hundred of them each time it goes on, and all readers at the head with it.
    /// </summary>
    public SemaphoreSlim CatchingUp { get; } = new(Math.Max(1, Environment.ProcessorCount / 2));

    /// <summary>The subscriptions that are open.</summary>
    public IEnumerable<Subscription> Subscriptions => _subscriptions.Select(pair => pair.Key);

    /// <summary>Opens a subscription. <see cref="Unsubscribe"/> must follow.</summary>
    public Subscription Subscribe(
        Selection selection, FrameFormat format, Transport transport, StartPosition start, Action abort, DirectSocket? socket = null)
    {
        // Streams that were opened together do not end together.
        var lifetime = _options.MaxLifetime * Jitter(0.1);
        lock (_lock)
        {
            if (!_groups.TryGetValue((selection, format), out var group))
            {
                group = new SubscriptionGroup(selection, format, Position);
                _groups.Add((selection, format), group);
                _index.Add(group);
            }

            var subscription = new Subscription(this, _reader, group, transport, start, Now + lifetime.Ticks, socket, abort);
            group.Add(subscription);
            _tally.Subscribed(selection);
            _subscriptions.TryAdd(subscription, true);
            Volatile.Write(ref _streams[(int)transport], _streams[(int)transport] + 1);
            if (IsDraining)
            {
                // It asked before the drain began; whoever closes the rest may not see it any more.
                subscription.Close(CloseReason.Drain);
            }

            return subscription;
        }
    }

    /// <summary>Ends a subscription, whose request must not have ended yet.</summary>
    public void Unsubscribe(Subscription subscription)
    {
        subscription.Disarm();
        lock (_lock)
        {
            var group = subscription.Group;
            group.Remove(subscription);
            _tally.Unsubscribed(group.Selection);
            _subscriptions.TryRemove(subscription, out _);
            Volatile.Write(ref _streams[(int)subscription.Transport], _streams[(int)subscription.Transport] - 1);
            if (group.Count == 0 && !group.HasFailed)
            {
                Remove(group);
            }
        }
    }

    /// <summary>The number of open streams of a transport.</summary>
    public long CountStreams(Transport transport) => Volatile.Read(ref _streams[(int)transport]);

    /// <summary>How many subscriptions select these events in any of these formats.</summary>
    public int Count(Selection selection, ReadOnlySpan<FrameFormat> formats)
    {
        var count = 0;
        lock (_lock)
        {
            foreach (var format in formats)
            {
                count += _groups.GetValueOrDefault((selection, format))?.Count ?? 0;
            }
        }

        return count;
    }

    /// <summary>What a reader is told to wait before it reconnects: spread, so that readers do not come as a herd.</summary>
    public TimeSpan NextRetry() => _options.Retry * Jitter(0.25);

    /// <summary>Waits on the hub's clock.</summary>
    public Task DelayAsync(TimeSpan time) => Task.Delay(time, _time);

    /// <summary>Begins at the end of the log, with the newest entries that it had already.</summary>
    public void Start(IReadOnlyList<LogEntry> newest, EventId position)
    {
        _window.Append(newest);
        Volatile.Write(ref _position, new PositionBox(position));
        _started.TrySetResult();
    }

    /// <summary>Waits until the hub follows the log; false where it does not in time.</summary>
    public async ValueTask<bool> WaitForStartAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        if (!IsStarted)
        {
            await Task.WhenAny(_started.Task, Task.Delay(patience, _time, cancellationToken));
        }

        return IsStarted;
    }

    /// <summary>Takes a batch of new entries to the subscriptions. Only the tail calls it.</summary>
    public void Publish(IReadOnlyList<LogEntry> batch)
    {
        lock (_lock)
        {
            // 3. What is new goes into the window, as one batch.
            _window.Append(batch);

            // 4. For each group of equal subscriptions the batch is filtered and encoded once.
            LayOut(batch);
            foreach (var group in _touched)
            {
                Publish(group, batch[^1].Id);
            }

            _touched.Clear();
            _encodedBytes = 0;
            // Before the position moves, so that no reader of these takes it for its own.
            EndFailed();
            Volatile.Write(ref _position, new PositionBox(batch[^1].Id));
        }

        // 5. Each connection at the head gets those bytes, at once and outside of the lock: a connection that
        //    ends here unsubscribes.
        Wave.Wake(_woken, Metrics);
        _woken.Clear();
        Metrics.TailRead(batch);
        _spans.Written();
    }

    /// <summary>Looks at the times of every subscription, once a second.</summary>
    public void Tick()
    {
        Volatile.Write(ref _now, ReadClock());
        lock (_lock)
        {
            foreach (var group in _groups.Values)
            {
                var shared = group.SharedBytes;
                group.Tick();
                _sharedBytes += group.SharedBytes - shared;
            }

            _tally.Tick();
        }

        var (behind, last) = (0, Position);
        foreach (var subscription in Subscriptions)
        {
            subscription.Tick(Now, _options);
            if (subscription.Cursor is var cursor && cursor < subscription.Group.Due)
            {
                behind++;
                last = cursor < last ? cursor : last;
            }
        }

        Behind = new BehindFigures(behind, Distance(last, Position));
    }

    /// <summary>The topics and patterns that most readers name, and those that are busiest, at most so many of each kind.</summary>
    public (IReadOnlyDictionary<string, long> AskedFor, IReadOnlyList<TopicFigures> Busiest) ReadTopics(int most)
    {
        lock (_lock)
        {
            return (_tally.ReadAskedFor(most), _tally.ReadBusiest(most));
        }
    }

    private void LayOut(IReadOnlyList<LogEntry> batch)
    {
        var position = Position;
        foreach (var entry in batch)
        {
            if (Gap.Between(position, entry.Id) is { } gap)
            {
                // Nobody can tell whose events are missing, so everybody is told.
                foreach (var group in _groups.Values)
                {
                    LayOut(group, entry, gap);
                }

                Metrics.Gap(gap, _subscriptions.Count(pair => pair.Key.TellsGaps));
            }

            position = entry.Id;
            if (entry.IsForeign)
            {
                Metrics.EntrySkipped();
                continue;
            }

            _tally.Published(entry.Event.Topics[0]);
            _found.Clear();
            _index.Find(entry.Event, _found);
            var readers = 0;
            foreach (var group in _found)
            {
                if (!ReferenceEquals(group.FoundFor, entry))
                {
                    group.FoundFor = entry;
                    LayOut(group, entry);
                    readers += group.Count;
                }
            }

            _spans.Found(entry, readers);
        }
    }

    private long ReadClock() => 1 + _time.GetElapsedTime(_created).Ticks;

    /// <summary>Encodes an entry, or the gap before it, for one group.</summary>
    private void LayOut(SubscriptionGroup group, LogEntry entry, Gap? gap = null)
    {
        if (group.HasFailed || group.HasOverflowed)
        {
            return;
        }

        try
        {
            if (group.Pending is null)
            {
                _touched.Add(group);
                var shared = group.SharedBytes;
                group.Begin(OpenLayout(), room: LimitOf(group) - _sharedBytes);
                _sharedBytes += group.SharedBytes - shared;
            }

            var before = group.Pending!.Frames.Length;
            if (gap is null)
            {
                group.LayOut(entry);
            }
            else
            {
                group.LayOut(gap, entry);
            }

            var length = group.Pending.Frames.Length;
            _encodedBytes += length - before;
            if (length > MaxGroupBytes || _encodedBytes > LimitOf(group))
            {
                // Selections are chosen by strangers, and each distinct one would encode the whole batch. Beyond the
                // limit each reader goes on from its cursor, a small piece at a time.
                Recycle(group.Overflow());
            }
        }
        catch (Exception e)
        {
            Fail(group, e);
        }
    }

    private void Publish(SubscriptionGroup group, EventId last)
    {
        if (group.HasFailed)
        {
            return;
        }

        try
        {
            var shared = group.SharedBytes;
            if (group.Publish(last, room: LimitOf(group) - _sharedBytes) is { } layout)
            {
                Recycle(layout);
            }

            _sharedBytes += group.SharedBytes - shared;
            group.CopyMembers(_woken);
        }
        catch (Exception e)
        {
            Fail(group, e);
        }
    }

    /// <summary>
    /// How much memory all groups may use before this one gets none: one that has few readers leaves half of it to
    /// those that have many, for whom encoding once pays most.
    /// </summary>
    private static long LimitOf(SubscriptionGroup group) => group.Count >= PopularGroup ? MaxSharedBytes : MaxSharedBytes / 2;

    private BatchLayout OpenLayout()
    {
        if (!_layouts.TryPop(out var layout))
        {
            return new BatchLayout();
        }

        _pooledBytes -= layout.Capacity;
        return layout;
    }

    /// <summary>Keeps a buffer for the next batches, unless it would keep too much memory.</summary>
    private void Recycle(BatchLayout layout)
    {
        _encodedBytes -= layout.Frames.Length;
        layout.Clear();
        if (_pooledBytes + layout.Capacity <= MaxPooledBytes)
        {
            _pooledBytes += layout.Capacity;
            _layouts.Push(layout);
        }
    }

    /// <summary>
    /// Notes that a group could not be served. Its readers alone are ended: each resumes after the last event that it
    /// was given. Thrown on, the failure would end the tail, and with it every reader's stream.
    /// </summary>
    private void Fail(SubscriptionGroup group, Exception failure)
    {
        group.HasFailed = true;
        _failed.Add(group);
        EncodingFailed(failure, group.Selection, group.Count);
    }

    private void EndFailed()
    {
        foreach (var group in _failed)
        {
            Remove(group);
            group.Close(CloseReason.Failed);
        }

        _failed.Clear();
    }

    private void Remove(SubscriptionGroup group)
    {
        _sharedBytes -= group.SharedBytes;
        group.Dispose();
        _groups.Remove((group.Selection, group.Format));
        _index.Remove(group);
    }

    /// <summary>How many events lie between two places, as far as that can be known: those of a former epoch are not counted.</summary>
    private static ulong Distance(EventId from, EventId to) =>
        from.Epoch == to.Epoch ? to.Sequence - from.Sequence : to.Sequence + 1;

    [LoggerMessage(LogLevel.Error, "A reader could not be written to and is disconnected")]
    public partial void ReaderFailed(Exception failure);

    [LoggerMessage(LogLevel.Error, "Events for {Topics} could not be encoded; {Readers} readers are disconnected and resume")]
    private partial void EncodingFailed(Exception failure, Selection topics, int readers);

    private static double Jitter(double share) => 1 + share * (2 * Random.Shared.NextDouble() - 1);

    /// <summary>An id is wider than a word, so it is replaced as one object.</summary>
    private sealed record PositionBox(EventId Place);
}
