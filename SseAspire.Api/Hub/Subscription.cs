using System.Buffers;
using System.Threading.Tasks.Sources;
using SseAspire.Api.Telemetry;
using SseAspire.Broker;

namespace SseAspire.Api.Hub;

/// <summary>
/// One reader: a cursor into the log and what it selects. It queues nothing; a reader that is slow only
/// falls behind.
/// </summary>
/// <remarks>
/// <para>
/// One connection reads in a loop; tail and clock wake it. <see cref="ReadAsync"/> gives, in this order of
/// preference: the frames that the group shares, frames laid out for this reader alone from the window, or
/// from the log. It allocates nothing for a reader at the head.
/// </para>
/// <para>
/// The tail, which has just laid out the frames, also carries them into each connection: into its socket, where
/// it has a <see cref="DirectSocket"/>, and else by completing the waiting read on its own thread. A connection that
/// cannot take them at once goes on by itself. Those who are behind take turns: see <see cref="EventHub.CatchingUp"/>.
/// </para>
/// </remarks>
internal sealed class Subscription : IValueTaskSource<Reading>
{
    /// <summary>How much is laid out at once for a reader that is behind.</summary>
    private const int PrivateFrames = 64 * 1024;

    private const int PrivateEntries = 1_000;

    private static readonly TimeSpan LogRetry = TimeSpan.FromMilliseconds(250);

    private const int Running = 0;
    private const int Waiting = 1;

    private readonly EventHub _hub;
    private readonly LogReader _reader;
    private readonly DirectSocket? _socket;
    private Action? _abort;
    private ManualResetValueTaskSourceCore<ReadingKind> _waiter;
    private ArrayBufferWriter<byte>? _privateFrames;
    private int _state = Running;
    private int _closing = -1;
    private Gap? _gap;
    private Reading? _unsent;
    private CompressedRun.Step _step;
    private bool _isBehind;
    private long _busySince;
    private long _silentSince;

    /// <param name="hub">Where it belongs.</param>
    /// <param name="reader">Reads what the group no longer shares.</param>
    /// <param name="group">The equal subscriptions.</param>
    /// <param name="transport">How its connection is served.</param>
    /// <param name="start">Where it starts.</param>
    /// <param name="lifetime">When it ends at the latest, on the clock of <see cref="EventHub.Now"/>.</param>
    /// <param name="socket">Where frames at the head are sent while a read waits, or null where each is to be read.</param>
    /// <param name="abort">Cuts the connection when a write hangs.</param>
    public Subscription(
        EventHub hub,
        LogReader reader,
        SubscriptionGroup group,
        Transport transport,
        StartPosition start,
        long lifetime,
        DirectSocket? socket,
        Action abort)
    {
        (_hub, _reader, Group, Transport, Cursor, _gap, EndsAt, _socket, _abort) =
            (hub, reader, group, transport, start.Cursor, start.Gap, lifetime, socket, abort);
        _busySince = _silentSince = hub.Now;
    }

    public SubscriptionGroup Group { get; }

    public Transport Transport { get; }

    /// <summary>The id of the last event that this reader was given.</summary>
    /// <remarks>
    /// Written by whoever runs the reader: its connection, or the tail that has claimed it while it waits. Only
    /// <see cref="EventHub.Tick"/> reads it beside them, for a statistic: an id is wider than a word, so that it may read
    /// half of each of two ids, and then counts one reader as lagging, or not, until the next second.
    /// </remarks>
    public EventId Cursor { get; private set; }

    /// <summary>When it ends at the latest.</summary>
    public long EndsAt { get; }

    public int IndexInGroup { get; set; }

    /// <summary>Whether its reader is told of the gaps that it reads: a held request only wakes for them, and is told by its page.</summary>
    public bool TellsGaps => Transport != Transport.LongPoll;

    /// <summary>Why it ends, once a reading says that it does.</summary>
    public CloseReason ClosedBecause => (CloseReason)Volatile.Read(ref _closing);

    private bool IsClosing => Volatile.Read(ref _closing) >= 0;

    /// <summary>
    /// Reads what to write next, waiting until there is something. Calling it says that the reading before
    /// has been written.
    /// </summary>
    public ValueTask<Reading> ReadAsync()
    {
        _busySince = 0;
        while (true)
        {
            if (TryRead(out var reading))
            {
                return ValueTask.FromResult(Started(reading));
            }

            if (_isBehind)
            {
                return ReadPrivateAsync();
            }

            _waiter.Reset();
            if (TryWait())
            {
                return new ValueTask<Reading>(this, _waiter.Version);
            }
        }
    }

    /// <summary>Ends the subscription at the next event boundary. The first reason given counts.</summary>
    public void Close(CloseReason reason)
    {
        if (Interlocked.CompareExchange(ref _closing, (int)reason, -1) == -1)
        {
            // Not on the closer's thread: it may be about to close thousands.
            ThreadPool.UnsafeQueueUserWorkItem(subscription => subscription.Wake(ReadingKind.Closed), this, preferLocal: false);
        }
    }

    /// <summary>Wakes a waiting reader because the hub has gone on.</summary>
    /// <param name="tally">Takes what is sent here and now.</param>
    public void Wake(ref DeliveryTally tally)
    {
        if (!TryRouse() || HasSentAtOnce(ref tally))
        {
            return;
        }

        if (Group.CanRead(Cursor))
        {
            _waiter.SetResult(ReadingKind.Frames);
        }
        else
        {
            // Not on this thread, the tail's: it would encode for each reader of a batch that is not shared.
            ThreadPool.UnsafeQueueUserWorkItem(
                static subscription => subscription._waiter.SetResult(ReadingKind.Frames), this, preferLocal: false);
        }
    }

    /// <summary>Whether everything there was has been sent. A failure ends this reader, not the thread that serves all of them.</summary>
    private bool HasSentAtOnce(ref DeliveryTally tally)
    {
        try
        {
            return _socket is not null && TrySendAtOnce(_socket, ref tally);
        }
        catch (Exception e)
        {
            _hub.ReaderFailed(e);
            // The reader is claimed, so that closing it does not wake it: its read is completed by the caller.
            Close(CloseReason.Failed);
            return false;
        }
    }

    /// <summary>Looks at the reader's times, once a second.</summary>
    public void Tick(long now, HubOptions options)
    {
        if (now >= EndsAt)
        {
            Close(CloseReason.Lifetime);
        }

        var busySince = Volatile.Read(ref _busySince);
        if (busySince != 0 && now - busySince > options.WriteTimeout.Ticks)
        {
            Close(CloseReason.Slow);
            Abort();
        }
        else if (now - Volatile.Read(ref _silentSince) >= options.Heartbeat.Ticks)
        {
            Wake(ReadingKind.Heartbeat);
        }
    }

    /// <summary>Cuts the connection as it is, in the middle of whatever it does.</summary>
    public void Cut()
    {
        Close(CloseReason.Dropped);
        Abort();
    }

    /// <summary>
    /// Takes away what aborts the connection; an abort under way is over when it returns. To be called before the request
    /// ends: the server uses its objects again for the next one, which a late abort would end instead.
    /// </summary>
    public void Disarm()
    {
        lock (this)
        {
            _abort = null;
        }
    }

    private void Abort()
    {
        lock (this)
        {
            _abort?.Invoke();
        }
    }

    private void Wake(ReadingKind kind)
    {
        if (TryRouse())
        {
            _waiter.SetResult(kind);
        }
    }

    /// <summary>Whether it was waiting: then the caller goes on for it.</summary>
    private bool TryRouse() => Interlocked.CompareExchange(ref _state, Running, Waiting) == Waiting;

    /// <summary>
    /// Goes to sleep; false where something came in between. Where it is true, whoever wakes goes on.
    /// </summary>
    private bool TryWait()
    {
        Volatile.Write(ref _state, Waiting);

        // Whoever wakes looks at the state after changing what there is to read; here it is the other
        // way round. With a full fence on both sides one of the two sees the other.
        Interlocked.MemoryBarrier();
        return (!IsClosing && !Group.HasAfter(Cursor)) || !TryRouse();
    }

    /// <summary>
    /// Sends what the group shares while the read goes on waiting; false where the read has to be completed:
    /// the kernel did not take all of it, or there is something else to do.
    /// </summary>
    private bool TrySendAtOnce(DirectSocket socket, ref DeliveryTally tally)
    {
        do
        {
            while (TryRead(out var reading))
            {
                if (reading.Kind != ReadingKind.Frames)
                {
                    return false;
                }

                var sent = socket.SendAtOnce(reading.Frames.Span);
                if (sent < reading.Frames.Length)
                {
                    _unsent = Rest(reading, sent);
                    return false;
                }

                _silentSince = _hub.Now;
                tally.Add(Transport, reading);
            }

            if (_isBehind)
            {
                return false;
            }
        }
        while (!TryWait());

        return true;
    }

    Reading IValueTaskSource<Reading>.GetResult(short token)
    {
        var kind = _waiter.GetResult(token);
        if (TryRead(out var reading))
        {
            return Started(reading);
        }

        if (kind != ReadingKind.Heartbeat)
        {
            return new Reading(ReadingKind.Frames, default, Cursor);
        }

        // It stands between what is compressed: see OpenPrivateFrames.
        _step = default;
        return Started(new Reading(kind, default, Cursor));
    }

    ValueTaskSourceStatus IValueTaskSource<Reading>.GetStatus(short token) => _waiter.GetStatus(token);

    void IValueTaskSource<Reading>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _waiter.OnCompleted(continuation, state, token, flags);

    /// <summary>What can be had without waiting and without laying out.</summary>
    private bool TryRead(out Reading reading)
    {
        if (_unsent is { } unsent)
        {
            // Before all else, even the end: what follows would stand in the middle of a frame.
            _unsent = null;
            reading = unsent;
            return true;
        }

        if (IsClosing)
        {
            reading = new Reading(ReadingKind.Closed, default, Cursor);
            return true;
        }

        if (_gap is { } gap)
        {
            _gap = null;
            var output = OpenPrivateFrames();
            WriteGap(gap, output);
            reading = new Reading(ReadingKind.Frames, output.WrittenMemory, Cursor);
            return true;
        }

        // Read first: all up to here was laid out before the position moved, for those who want it.
        var position = _hub.Position;
        _isBehind = !Group.TryRead(Cursor, ref _step, out reading);
        if (_isBehind)
        {
            return false;
        }

        // An idle reader keeps no buffer, least of all one that grew to the size of a large event.
        _privateFrames = null;
        if (reading.Frames.Length > 0)
        {
            Cursor = reading.Cursor;
            return true;
        }

        if (Cursor < position)
        {
            Cursor = position;
        }

        return false;
    }

    /// <summary>Reads what the group no longer shares at the head, and sends what the kernel takes of it at once.</summary>
    private async ValueTask<Reading> ReadPrivateAsync()
    {
        var entries = ArrayPool<LogEntry>.Shared.Rent(PrivateEntries);
        try
        {
            var position = _hub.Position;
            var (found, page) = await ReadEntriesAsync(entries.AsMemory(0, PrivateEntries));
            if (IsClosing)
            {
                return Started(new Reading(ReadingKind.Closed, default, Cursor));
            }

            await _hub.CatchingUp.WaitAsync();
            try
            {
                var reading = page is not null && !found.IsEmpty && Gap.Between(Cursor, found.Span[0].Id) is null
                    && page.ReadAfter(Cursor, Group) is { } shared
                    ? Share(shared)
                    : LayOut(found.Span, position, page is null ? Source.Window : Source.Log);
                return Started(_socket is null ? reading : Rest(reading, _socket.SendAtOnce(reading.Frames.Span)));
            }
            finally
            {
                _hub.CatchingUp.Release();
            }
        }
        finally
        {
            ArrayPool<LogEntry>.Shared.Return(entries, clearArray: true);
        }
    }

    /// <summary>What is left of a reading of which so much is sent, and counts for the whole; nothing where all is.</summary>
    private Reading Rest(in Reading reading, int sent)
    {
        if (sent < reading.Frames.Length)
        {
            _hub.Metrics.Written(Transport, events: 0, sent, reading.ServedBy, reading.PublishedAt);
            return reading with { Frames = reading.Frames[sent..] };
        }

        _silentSince = _hub.Now;
        _hub.Metrics.Written(Transport, reading);
        return new Reading(ReadingKind.Frames, default, reading.Cursor);
    }

    /// <summary>
    /// Reads what follows the cursor. While the log is away this reader waits as those at the head do; to
    /// end its stream would only bring it back at once.
    /// </summary>
    private async ValueTask<(ReadOnlyMemory<LogEntry> Entries, LogPage? Page)> ReadEntriesAsync(Memory<LogEntry> buffer)
    {
        while (!IsClosing)
        {
            try
            {
                return await _reader.ReadAfterAsync(Cursor, buffer, default);
            }
            catch (BrokerUnavailableException)
            {
                await _hub.DelayAsync(LogRetry);
            }
        }

        return default;
    }

    /// <summary>Takes what is encoded once for all members of the group who read the log together.</summary>
    private Reading Share(Reading reading)
    {
        _step = default;
        Cursor = reading.Cursor;
        return reading;
    }

    /// <summary>Lays out for this reader alone.</summary>
    private Reading LayOut(ReadOnlySpan<LogEntry> entries, EventId position, Source from)
    {
        var output = OpenPrivateFrames();
        var events = LayOut(entries, output);
        if (entries.IsEmpty && Cursor < position)
        {
            // The log has been further and keeps nothing of it: all of it is gone.
            WriteGapBefore(position.Next, output);
            Cursor = position;
        }

        return new Reading(ReadingKind.Frames, output.WrittenMemory, Cursor, events, from);
    }

    private void WriteGapBefore(EventId next, ArrayBufferWriter<byte> output)
    {
        if (Gap.Between(Cursor, next) is { } gap)
        {
            WriteGap(gap, output);
        }
    }

    private void WriteGap(Gap gap, ArrayBufferWriter<byte> output)
    {
        Group.Format.WriteGap(output, gap);
        if (TellsGaps)
        {
            _hub.Metrics.Gap(gap);
        }
    }

    private int LayOut(ReadOnlySpan<LogEntry> entries, ArrayBufferWriter<byte> output)
    {
        var events = 0;
        foreach (var entry in entries)
        {
            if (output.WrittenCount >= PrivateFrames)
            {
                break;
            }

            WriteGapBefore(entry.Id, output);
            if (Group.Selection.Matches(entry.Event))
            {
                Group.Format.WriteEvent(output, entry);
                events++;
            }

            Cursor = entry.Id;
        }

        return events;
    }

    private ArrayBufferWriter<byte> OpenPrivateFrames()
    {
        // What only this reader has is not what the compressed frames that follow refer to.
        _step = default;
        _privateFrames ??= new ArrayBufferWriter<byte>();
        _privateFrames.ResetWrittenCount();
        return _privateFrames;
    }

    private Reading Started(Reading reading)
    {
        _busySince = _hub.Now;
        if (reading.Frames.Length > 0 || reading.Kind == ReadingKind.Heartbeat)
        {
            _silentSince = _busySince;
        }

        return reading;
    }
}
