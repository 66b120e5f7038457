using System.Diagnostics.Metrics;
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
    private readonly EventHub _hub;
    private SseAspire.Broker.EventId _last = new(1_700_000_000_000, 0);

    public FanOutTests()
    {
        _log = new EventLog(_redis, Options.Create(new LogOptions()), TimeProvider.System, NullLogger<EventLog>.Instance);
        var window = new EventWindow(1_000, 1 << 20);
        var metrics = new HubMetrics(_services.GetRequiredService<IMeterFactory>(), TimeProvider.System);
        _hub = new EventHub(
            Options.Create(new HubOptions()), TimeProvider.System, window, new LogReader(window, _log), metrics);
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

    [Fact]
    public void Another_reader_at_the_head_allocates_nothing()
    {
        var alone = AllocatedWith(readers: 1);
        // So few that one thread wakes them, whose allocations can be counted.
        var together = AllocatedWith(readers: 300);

        var perDelivery = (double)(together - alone) / (299 * Batches * BatchSize);
        Assert.True(perDelivery < 0.1, $"{perDelivery} bytes for each event and reader");
    }

    public async ValueTask DisposeAsync()
    {
        await _log.DisposeAsync();
        await _redis.DisposeAsync();
        await _services.DisposeAsync();
    }

    private long AllocatedWith(int readers)
    {
        var connected = Connect(readers);
        foreach (var batch in NextBatches())
        {
            _hub.Publish(batch);
        }

        // Once to warm up, once to count.
        var batches = NextBatches();
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var batch in batches)
        {
            _hub.Publish(batch);
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.All(connected, reader => Assert.Equal(2 * Batches * BatchSize, reader.Events));
        foreach (var reader in connected)
        {
            _hub.Unsubscribe(reader.Subscription);
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

    private HeadReader[] Connect(int count)
    {
        var readers = Enumerable.Range(0, count).Select(_ => new HeadReader(_hub)).ToArray();
        // They read on the threads that wake them, as connections do.
        Array.ForEach(readers, reader => _ = reader.ReadAsync());
        return readers;
    }

    private sealed class HeadReader(EventHub hub)
    {
        public Subscription Subscription { get; } = hub.Subscribe(
            new Selection(["orders/*"]), SseFormat.Plain, Transport.Sse, new StartPosition(hub.Position, null), () => { });

        public int Events { get; private set; }

        public int Disordered { get; private set; }

        public SseAspire.Broker.EventId Cursor { get; private set; } = hub.Position;

        public async Task ReadAsync()
        {
            while (true)
            {
                var reading = await Subscription.ReadAsync();
                Disordered += reading.Cursor < Cursor ? 1 : 0;
                Events += reading.Events;
                Cursor = reading.Cursor;
            }
        }
    }
}
