using System.Buffers;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using SseAspire.Api.Hub;
using SseAspire.Api.Telemetry;
using SseAspire.Api.Transports;
using SseAspire.Broker;
using StackExchange.Redis;

namespace SseAspire.Api.Tests;

/// <summary>The hub's hot path in this process: from a batch of the log to readers at the head.</summary>
public sealed class FanOutTests : IAsyncDisposable
{
    private const int Batches = 300;
    private const int BatchSize = 3;

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    // Readers at the head need the window and no log: this one is never reached.
    private readonly ConnectionMultiplexer _redis = ConnectionMultiplexer.Connect("127.0.0.1:1,abortConnect=false,connectTimeout=1");
    private readonly EventLog _log;
    private readonly LogPages _pages;
    private readonly EventHub _hub;
    private SseAspire.Broker.EventId _last = new(1_700_000_000_000, 0);

    public FanOutTests()
    {
        _log = new EventLog(_redis, Options.Create(new LogOptions()), TimeProvider.System, NullLogger<EventLog>.Instance);
        _pages = new LogPages(_log, TimeProvider.System);
        var window = new EventWindow(1_000, 1 << 20);
        var metrics = new HubMetrics(_services.GetRequiredService<IMeterFactory>(), TimeProvider.System);
        _hub = new EventHub(
            Options.Create(new HubOptions()), TimeProvider.System, window, new LogReader(window, _pages), metrics,
            new DeliverySpans(TimeProvider.System), NullLogger<EventHub>.Instance);
        _hub.Start([], _last);
    }

    [Fact]
    public void Thousands_of_readers_get_every_event_once_and_in_order()
    {
        // More than one thread wakes them.
        var readers = Connect(5_000);

        foreach (var batch in NextBatches())
        {
            _hub.Publish(batch);
        }

        Assert.All(readers, reader => Assert.Equal((Batches * BatchSize, 0, _last), (reader.Events, reader.Disordered, reader.Cursor)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Another_reader_at_the_head_allocates_nothing(bool bySocket)
    {
        var alone = AllocatedWith(readers: 1, bySocket);
        // So few that one thread wakes them, whose allocations can be counted.
        var together = AllocatedWith(readers: 300, bySocket);

        var perDelivery = (double)(together - alone) / (299 * Batches * BatchSize);
        Assert.True(perDelivery < 0.1, $"{perDelivery} bytes for each event and reader");
    }

    [Fact]
    public async Task A_failure_to_encode_for_one_group_ends_its_readers_and_nobody_elses()
    {
        var failing = Connect(3, format: new FailingFormat());
        var readers = Connect(3);

        foreach (var batch in NextBatches())
        {
            _hub.Publish(batch);
        }

        Assert.All(readers, reader => Assert.Equal((Batches * BatchSize, _last), (reader.WaitForEvents(Batches * BatchSize), reader.Cursor)));
        // Ended before the event that failed, so that they resume with it.
        await Task.WhenAll(failing.Select(reader => reader.Ended)).WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.All(failing, reader => Assert.Equal((CloseReason.Failed, 0), (reader.Subscription.ClosedBecause, reader.Events)));
        var late = Connect(1, format: SseFormat.Envelope)[0];
        _hub.Publish(NextBatch());
        Assert.Equal(BatchSize, late.WaitForEvents(BatchSize));
    }

    [Fact]
    public void An_entry_without_an_event_is_skipped_and_counted_and_leaves_no_hole()
    {
        var reader = Connect(1)[0];
        _last = _last.Next;
        var foreign = new LogEntry(_last, Event.None);

        _hub.Publish([foreign]);
        _hub.Publish([.. NextBatch(), foreign with { Id = _last = _last.Next }]);

        Assert.Equal((BatchSize, _last), (reader.WaitForEvents(BatchSize), _hub.Position));
        Assert.Equal((2L, 0L), (_hub.Metrics.Skipped, _hub.Metrics.Gaps));
        // The lag is that of the newest event.
        Assert.InRange(_hub.Metrics.Lag, TimeSpan.Zero, TimeSpan.FromMinutes(1));
    }

    public async ValueTask DisposeAsync()
    {
        _pages.Dispose();
        await _log.DisposeAsync();
        await _redis.DisposeAsync();
        await _services.DisposeAsync();
    }

    private long AllocatedWith(int readers, bool bySocket)
    {
        var connected = Connect(readers, bySocket);
        foreach (var batch in NextBatches())
        {
            _hub.Publish(batch);
        }

        // Once to warm up, once to count, each less than the kernel takes for a reader that does not read.
        Assert.All(connected, reader => Assert.Equal(Batches * BatchSize, reader.WaitForEvents(Batches * BatchSize)));
        var batches = NextBatches();
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var batch in batches)
        {
            _hub.Publish(batch);
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.All(connected, reader => Assert.Equal(2 * Batches * BatchSize, reader.WaitForEvents(2 * Batches * BatchSize)));
        foreach (var reader in connected)
        {
            _hub.Unsubscribe(reader.Subscription);
            reader.Dispose();
        }

        return allocated;
    }

    private List<LogEntry[]> NextBatches() => [.. Enumerable.Range(0, Batches).Select(_ => NextBatch())];

    private LogEntry[] NextBatch()
    {
        var batch = new LogEntry[BatchSize];
        for (var i = 0; i < batch.Length; i++)
        {
            _last = _last.Next;
            batch[i] = new LogEntry(_last, Event.Create("orders/1", "data", DateTimeOffset.UtcNow));
        }

        return batch;
    }

    private HeadReader[] Connect(int count, bool bySocket = false, FrameFormat? format = null)
    {
        var readers = Enumerable.Range(0, count)
            .Select(_ => new HeadReader(_hub, format ?? SseFormat.Plain, bySocket ? new Cable() : null)).ToArray();
        // They read on the threads that wake them, as connections do.
        Array.ForEach(readers, reader => reader.Start());
        return readers;
    }

    private sealed class HeadReader : IDisposable
    {
        private readonly Cable? _cable;

        public HeadReader(EventHub hub, FrameFormat format, Cable? cable)
        {
            _cable = cable;
            Cursor = hub.Position;
            Subscription = hub.Subscribe(
                new Selection(["orders/*"]), format, Transport.Sse, new StartPosition(Cursor, null), () => { }, cable?.Server);
        }

        public Subscription Subscription { get; }

        /// <summary>Those that it read.</summary>
        public int Events { get; private set; }

        public int Disordered { get; private set; }

        public SseAspire.Broker.EventId Cursor { get; private set; }

        /// <summary>Completes when the hub has ended the stream.</summary>
        public Task Ended { get; private set; } = Task.CompletedTask;

        public void Start() => Ended = ReadAsync();

        private async Task ReadAsync()
        {
            while (await Subscription.ReadAsync() is { Kind: not ReadingKind.Closed } reading)
            {
                Disordered += reading.Cursor < Cursor ? 1 : 0;
                Events += reading.Events;
                Cursor = reading.Cursor;
            }
        }

        /// <summary>Those that it read and those that its socket brought, which the kernel hands on in its own time.</summary>
        public int WaitForEvents(int expected)
        {
            SpinWait.SpinUntil(() => Events + (_cable?.CountEvents() ?? 0) >= expected, TimeSpan.FromSeconds(10));
            return Events + (_cable?.CountEvents() ?? 0);
        }

        public void Dispose() => _cable?.Dispose();
    }

    /// <summary>Fails at each event, as one whose frames grow too large does.</summary>
    private sealed class FailingFormat : FrameFormat
    {
        public override void WriteEvent(IBufferWriter<byte> output, LogEntry entry) => throw new InvalidOperationException("It grew too large.");

        public override void WriteGap(IBufferWriter<byte> output, Gap gap) => throw new InvalidOperationException("It grew too large.");
    }

    /// <summary>A connection whose far end is read when all is over: the kernel takes all that is sent.</summary>
    private sealed class Cable : IDisposable
    {
        private readonly Socket _server;
        private int _events;
        private readonly Socket _client = new(SocketType.Stream, ProtocolType.Tcp);

        public Cable()
        {
            using var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listener.Listen();
            _client.Connect(listener.LocalEndPoint!);
            _server = listener.Accept();
            Server = new DirectSocket(_server);
        }

        public DirectSocket Server { get; }

        /// <summary>How many events have come to the far end.</summary>
        public int CountEvents()
        {
            var received = new byte[_client.Available];
            for (var length = 0; length < received.Length;)
            {
                length += _client.Receive(received.AsSpan(length));
            }

            _events += Encoding.ASCII.GetString(received).Split("\ndata: ").Length - 1;
            return _events;
        }

        public void Dispose()
        {
            _client.Dispose();
            _server.Dispose();
        }
    }
}
