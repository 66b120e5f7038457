using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using StackExchange.Redis;

namespace SseAspire.Broker.Tests;

/// <summary>What the log promises on any Redis, as long as that is there.</summary>
public abstract class EventLogContract
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1_795_363_132_834);

    /// <summary>The Redis to run on. Skips the test where there is none.</summary>
    protected abstract string ConnectionString { get; }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private Task<OpenedLog> OpenAsync(LogOptions? options = null, TimeProvider? time = null) =>
        OpenedLog.OpenAsync(ConnectionString, options, time);

    public static TheoryData<string> Payloads =>
    [
        "",
        "plain",
        "one\ntwo\r\nthree\rfour\n",
        "Ж, 漢字, 🚀, e\u0301, \u2028, \0",
        " leading and trailing ",
        """{"magnitude":4.4,"place":"14 km SW of Searles Valley, CA"}""",
        "123",
        "-0",
        new string('x', 256 * 1024),
    ];

    [Theory]
    [MemberData(nameof(Payloads))]
    public async Task An_event_comes_back_whole(string payload)
    {
        await using var opened = await OpenAsync();
        var published = new Event
        {
            Topics = ["orders/17", "customers/Jürgen/orders", "訂單"],
            Data = Encoding.UTF8.GetBytes(payload),
            At = Now,
            Type = "placed ✓",
            Id = "order-17/3",
            Retry = 2140,
            TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        };

        var id = await opened.Log.AppendAsync(published, Cancelled);
        var entry = Assert.Single(await opened.Log.ReadAfterAsync(EventId.Earliest, cancellationToken: Cancelled));

        Assert.Equal(id, entry.Id);
        Assert.Equal(published.Topics, entry.Event.Topics);
        Assert.Equal(payload, entry.Text());
        Assert.Equal(published.At, entry.Event.At);
        Assert.Equal(published.Type, entry.Event.Type);
        Assert.Equal(published.Id, entry.Event.Id);
        Assert.Equal(published.Retry, entry.Event.Retry);
        Assert.Equal(published.TraceParent, entry.Event.TraceParent);
    }

    [Fact]
    public async Task What_a_publisher_left_out_stays_absent()
    {
        await using var opened = await OpenAsync();

        await opened.Log.AppendAsync(Event.Create("news", "", Now), Cancelled);
        var entry = Assert.Single(await opened.Log.ReadAfterAsync(EventId.Earliest, cancellationToken: Cancelled));

        Assert.Equal(["news"], entry.Event.Topics);
        Assert.True(entry.Event.Data.IsEmpty);
        Assert.Null(entry.Event.Type);
        Assert.Null(entry.Event.Id);
        Assert.Null(entry.Event.Retry);
        Assert.Null(entry.Event.TraceParent);
    }

    [Fact]
    public async Task Ids_of_an_epoch_are_contiguous_from_0_across_many_publishers_and_processes()
    {
        const int Processes = 3, Publishers = 8, Each = 40;
        var hub = OpenedLog.NewHub();
        var opened = await Task.WhenAll(Enumerable.Range(0, Processes).Select(_ => OpenAsync(hub)));

        var ids = (await Task.WhenAll(
            from process in opened
            from publisher in Enumerable.Range(0, Publishers)
            select Task.Run(async () =>
            {
                var given = new List<EventId>();
                for (var i = 0; i < Each; i++)
                {
                    given.Add(await process.Log.AppendAsync(Sample.Event(i), Cancelled));
                }

                Assert.Equal(given.Order(), given);
                return given;
            }))).SelectMany(given => given).Order().ToList();

        // Two processes that open an empty log at once may begin an epoch each; only the last one is used.
        var epoch = Assert.Single(ids.Select(id => id.Epoch).Distinct());
        Assert.Equal(Enumerable.Range(0, Processes * Publishers * Each).Select(i => new EventId(epoch, (ulong)i)), ids);
        Assert.Equal(ids, (await opened[0].Log.ReadAllAsync(Cancelled)).Select(entry => entry.Id));
        foreach (var process in opened)
        {
            await process.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_batch_is_contiguous_and_in_order_while_others_publish()
    {
        const int Batches = 20, Size = 137;
        var hub = OpenedLog.NewHub();
        await using var one = await OpenAsync(hub);
        await using var other = await OpenAsync(hub);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var noise = Task.WhenAll(new[] { one, other }.Select(opened => Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                await opened.Log.AppendAsync(Sample.Event("noise"), Cancelled);
            }
        })));

        for (var batch = 0; batch < Batches; batch++)
        {
            var ids = (await one.Log.AppendAsync(
                [.. Enumerable.Range(0, Size).Select(i => Sample.Event($"{batch}.{i}"))], Cancelled)).Ids;

            Assert.Equal(Enumerable.Range(0, Size).Select(i => ids[0] with { Sequence = ids[0].Sequence + (ulong)i }), ids);
            var before = ids[0] is { Sequence: > 0 } first ? first with { Sequence = first.Sequence - 1 } : EventId.Earliest;
            var entries = await other.Log.ReadAfterAsync(before, Size, Cancelled);
            Assert.Equal(ids, entries.Select(entry => entry.Id));
            Assert.Equal(Enumerable.Range(0, Size).Select(i => $"{batch}.{i}"), entries.Select(entry => entry.Text()));
        }

        await done.CancelAsync();
        await noise;
    }

    [Fact]
    public async Task A_large_batch_goes_in_whole()
    {
        var options = OpenedLog.NewHub();
        options.AppendTimeout = TimeSpan.FromMinutes(1);
        await using var opened = await OpenAsync(options);

        var ids = (await opened.Log.AppendAsync([.. Enumerable.Range(0, 10_000).Select(Sample.Event)], Cancelled)).Ids;

        Assert.Equal(Enumerable.Range(0, 10_000).Select(i => new EventId(ids[0].Epoch, (ulong)i)), ids);
        Assert.Equal(
            Enumerable.Range(0, 10_000).Select(i => $"{i}"),
            (await opened.Log.ReadAllAsync(Cancelled)).Select(entry => entry.Text()));
    }

    [Fact]
    public async Task Large_events_published_at_once_all_arrive()
    {
        await using var opened = await OpenAsync();
        var data = new string('x', 256 * 1024);

        var ids = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => opened.Log.AppendAsync(Sample.Event(data), Cancelled)));

        Assert.Equal(Enumerable.Range(0, 100).Select(i => (ulong)i), ids.Select(id => id.Sequence));
    }

    [Fact]
    public async Task A_batch_with_one_wrong_event_is_refused_whole()
    {
        await using var opened = await OpenAsync();

        var refused = await Assert.ThrowsAsync<InvalidEventException>(() => opened.Log.AppendAsync(
            [Sample.Event(0), Sample.Event(1) with { Topics = [] }, Sample.Event(2)], Cancelled));

        Assert.Equal("topic", refused.Field);
        Assert.Empty(await opened.Log.ReadAllAsync(Cancelled));
    }

    [Fact]
    public async Task A_batch_of_nothing_appends_nothing()
    {
        await using var opened = await OpenAsync();

        Assert.Empty((await opened.Log.AppendAsync([], Cancelled)).Ids);
        Assert.Equal(new LogExtent(null, EventId.Earliest), await opened.Log.GetExtentAsync(Cancelled));
    }

    [Fact]
    public async Task A_publication_given_up_before_it_was_sent_is_not_appended()
    {
        await using var opened = await OpenAsync();
        using var gaveUp = new CancellationTokenSource();
        await gaveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opened.Log.AppendAsync(Sample.Event(0), gaveUp.Token));
        await opened.Log.AppendAsync(Sample.Event(1), Cancelled);

        Assert.Equal("1", Assert.Single(await opened.Log.ReadAllAsync(Cancelled)).Text());
    }

    [Fact]
    public async Task An_event_that_is_published_again_under_its_own_id_and_topic_is_in_the_log_once()
    {
        await using var opened = await OpenAsync();
        await using var other = await OpenAsync(opened.Options);
        var events = Enumerable.Range(0, 20).Select(i => Event.Create("orders", $"{i}", Now, id: $"order-{i}")).ToList();

        var published = await Task.WhenAll(Enumerable.Range(0, 10).SelectMany(_ => new[] { opened, other })
            .Select(by => Task.WhenAll(events.Select(e => by.Log.AppendAsync(e, Cancelled)))));

        Assert.All(published, ids => Assert.Equal(published[0], ids));
        var log = await opened.Log.ReadAllAsync(Cancelled);
        Assert.Equal(20, log.Count);
        Assert.Equal(log.Select(entry => (entry.Id, entry.Event.Id)).Order(), published[0].Zip(events, (id, e) => (id, e.Id)).Order());
        var again = await other.Log.AppendAsync(events, Cancelled);
        Assert.Equal(0, again.New);
        Assert.Equal(published[0], again.Ids);
    }

    [Fact]
    public async Task In_a_batch_what_the_log_has_keeps_its_id_and_the_rest_is_appended_without_a_hole()
    {
        await using var opened = await OpenAsync();
        Event Own(string id) => Event.Create("orders", id, Now, id: id);
        var first = await opened.Log.AppendAsync([Own("a"), Own("b")], Cancelled);

        var second = await opened.Log.AppendAsync(
            [Own("b"), Sample.Event("new 1"), Own("c"), Own("a"), Own("c"), Sample.Event("new 2")], Cancelled);

        Assert.Equal(2, first.New);
        Assert.Equal(3, second.New);
        var next = first.Ids[1].Next;
        Assert.Equal([first.Ids[1], next, next.Next, first.Ids[0], next.Next, next.Next.Next], second.Ids);
        Assert.Equal(["a", "b", "new 1", "c", "new 2"], (await opened.Log.ReadAllAsync(Cancelled)).Select(entry => entry.Text()));
    }

    [Fact]
    public async Task An_own_id_is_of_its_topic_alone_and_is_found_by_each_of_the_events_topics()
    {
        await using var opened = await OpenAsync();
        var blue = await opened.Log.AppendAsync(Event.Create("blue", "1", Now, id: "17"), Cancelled);
        var red = await opened.Log.AppendAsync(
            new Event { Topics = ["red", "warm"], Data = "2"u8.ToArray(), At = Now, Id = "17" }, Cancelled);
        // Only as an alternate, so that it is another event.
        var warm = await opened.Log.AppendAsync(Event.Create("warm", "3", Now, id: "17"), Cancelled);

        Assert.Equal(blue.Next, red);
        Assert.Equal(red.Next, warm);
        Assert.Equal(blue, await opened.Log.FindAsync("17", topic => topic == "blue", Cancelled));
        Assert.Equal(red, await opened.Log.FindAsync("17", topic => topic is "red" or "warm", Cancelled));
        Assert.Equal(red, await opened.Log.FindAsync("17", topic => topic == "warm", Cancelled));
        Assert.Equal(blue, await opened.Log.FindAsync("17", _ => true, Cancelled));
        Assert.Null(await opened.Log.FindAsync("17", topic => topic == "green", Cancelled));
        Assert.Null(await opened.Log.FindAsync("1", _ => true, Cancelled));
        Assert.Null(await opened.Log.FindAsync("178", _ => true, Cancelled));
    }

    [Fact]
    public async Task An_own_id_of_more_topics_than_one_read_returns_is_found()
    {
        await using var opened = await OpenAsync();
        var ids = (await opened.Log.AppendAsync(
            [.. Enumerable.Range(0, 2_500).Select(i => Event.Create($"t{i}", "", Now, id: "1"))], Cancelled)).Ids;

        Assert.Equal(ids[0], await opened.Log.FindAsync("1", _ => true, Cancelled));
        Assert.Equal(ids[2_499], await opened.Log.FindAsync("1", topic => topic == "t2499", Cancelled));
        Assert.Equal(ids[999], await opened.Log.FindAsync("1", topic => topic == "t999", Cancelled));
    }

    [Fact]
    public async Task Own_ids_are_remembered_as_long_as_the_log_keeps_their_events_and_no_longer()
    {
        var options = OpenedLog.NewHub();
        options.MaxEvents = 100;
        await using var opened = await OpenAsync(options);
        var old = await opened.Log.AppendAsync(Event.Create("orders", "old", Now, id: "old"), Cancelled);
        for (var batch = 0; batch < 40; batch++)
        {
            await opened.Log.AppendAsync(
                [.. Enumerable.Range(0, 50).Select(i => Event.Create("orders", "", Now, id: $"{batch}.{i}"))], Cancelled);
        }

        var again = await opened.Log.AppendAsync([Event.Create("orders", "old", Now, id: "old")], Cancelled);

        Assert.Equal(1, again.New);
        Assert.True(again.Ids[0] > old);
        Assert.Equal(again.Ids[0], await opened.Log.FindAsync("old", _ => true, Cancelled));
        var kept = await opened.ByHand.StreamLengthAsync(opened.Keys.Log);
        Assert.InRange(kept, 100, 300);
        Assert.InRange(await opened.ByHand.SortedSetLengthAsync(opened.Keys.OwnIds), kept, kept + 10);
        Assert.InRange(await opened.ByHand.ListLengthAsync(opened.Keys.OwnIdsInOrder), kept, kept + 10);
    }

    [Fact]
    public async Task What_a_publisher_does_to_its_batch_afterwards_does_not_reach_the_log()
    {
        await using var opened = await OpenAsync();
        var batch = new List<Event> { Sample.Event(0), Sample.Event(1) };

        var appending = opened.Log.AppendAsync(batch, Cancelled);
        batch.Clear();
        var ids = (await appending).Ids;

        Assert.Equal(2, ids.Count);
        Assert.Equal(["0", "1"], (await opened.Log.ReadAllAsync(Cancelled)).Select(entry => entry.Text()));
    }

    [Fact]
    public async Task Reading_after_and_before_a_place_gives_what_lies_there()
    {
        await using var opened = await OpenAsync();
        var ids = (await opened.Log.AppendAsync([.. Enumerable.Range(0, 10).Select(Sample.Event)], Cancelled)).Ids;

        Assert.Equal(["4", "5", "6"], await TextsAsync(opened.Log.ReadAfterAsync(ids[3], 3, Cancelled)));
        Assert.Equal(["8", "9"], await TextsAsync(opened.Log.ReadAfterAsync(ids[7], 100, Cancelled)));
        Assert.Empty(await opened.Log.ReadAfterAsync(ids[9], 100, Cancelled));
        Assert.Equal(["9", "8", "7"], await TextsAsync(opened.Log.ReadBeforeAsync(null, 3, Cancelled)));
        Assert.Equal(["2", "1", "0"], await TextsAsync(opened.Log.ReadBeforeAsync(ids[3], 100, Cancelled)));
        Assert.Empty(await opened.Log.ReadBeforeAsync(ids[0], 100, Cancelled));
        // Places that are not in the log: of another epoch, of no epoch yet.
        Assert.Equal("0", (await opened.Log.ReadAfterAsync(new EventId(ids[0].Epoch - 1, 77), 1, Cancelled))[0].Text());
        Assert.Empty(await opened.Log.ReadAfterAsync(new EventId(ids[0].Epoch + 1, 0), 1, Cancelled));
        Assert.Equal("9", (await opened.Log.ReadBeforeAsync(new EventId(ids[0].Epoch + 1, 0), 1, Cancelled))[0].Text());

        static async Task<IEnumerable<string>> TextsAsync(Task<IReadOnlyList<LogEntry>> reading) =>
            (await reading).Select(entry => entry.Text());
    }

    [Fact]
    public async Task A_cursor_at_the_end_of_all_ids_reads_nothing()
    {
        await using var opened = await OpenAsync();
        await opened.Log.AppendAsync(Sample.Event(0), Cancelled);

        Assert.Empty(await opened.Log.ReadAfterAsync(new EventId(ulong.MaxValue, ulong.MaxValue), cancellationToken: Cancelled));
        Assert.Empty(await opened.Log.ReadBeforeAsync(EventId.Earliest, cancellationToken: Cancelled));
        Assert.Single(await opened.Log.ReadAfterAsync(new EventId(0, ulong.MaxValue), cancellationToken: Cancelled));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task A_read_of_less_than_one_entry_is_a_mistake_of_the_caller(int count)
    {
        await using var opened = await OpenAsync();

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => opened.Log.ReadAfterAsync(EventId.Earliest, count, Cancelled));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => opened.Log.ReadBeforeAsync(null, count, Cancelled));
    }

    [Fact]
    public async Task A_read_returns_at_most_a_thousand_entries()
    {
        await using var opened = await OpenAsync();
        await opened.Log.AppendAsync([.. Enumerable.Range(0, 1_500).Select(Sample.Event)], Cancelled);

        Assert.Equal(EventLog.MaxRead, (await opened.Log.ReadAfterAsync(EventId.Earliest, 5_000, Cancelled)).Count);
        Assert.Equal(EventLog.MaxRead, (await opened.Log.ReadBeforeAsync(null, 5_000, Cancelled)).Count);
    }

    [Fact]
    public async Task The_extent_tells_the_oldest_kept_and_the_newest_given_even_of_a_log_that_was_emptied()
    {
        await using var opened = await OpenAsync();
        Assert.Equal(new LogExtent(null, EventId.Earliest), await opened.Log.GetExtentAsync(Cancelled));

        var ids = (await opened.Log.AppendAsync([.. Enumerable.Range(0, 10).Select(Sample.Event)], Cancelled)).Ids;
        Assert.Equal(new LogExtent(ids[0], ids[9]), await opened.Log.GetExtentAsync(Cancelled));

        Assert.Equal(10, await opened.Log.TrimBeforeAsync(DateTimeOffset.UtcNow.AddMinutes(1), Cancelled));
        Assert.Equal(new LogExtent(null, ids[9]), await opened.Log.GetExtentAsync(Cancelled));
        Assert.Empty(await opened.Log.ReadAllAsync(Cancelled));

        Assert.Equal(ids[9].Next, await opened.Log.AppendAsync(Sample.Event(10), Cancelled));
        Assert.Equal(new LogExtent(ids[9].Next, ids[9].Next), await opened.Log.GetExtentAsync(Cancelled));
    }

    [Fact]
    public async Task The_tail_yields_every_event_once_and_in_order_while_eight_publishers_append()
    {
        const int Publishers = 8, Each = 500;
        var hub = OpenedLog.NewHub();
        await using var publishing = await OpenAsync(hub);
        await using var reading = await OpenAsync(hub);
        var tailing = TailAsync(reading.Log, EventId.Earliest, Publishers * Each);

        await Task.WhenAll(Enumerable.Range(0, Publishers).Select(publisher => Task.Run(async () =>
        {
            for (var i = 0; i < Each; i++)
            {
                await publishing.Log.AppendAsync(Sample.Event($"{publisher}:{i}"), Cancelled);
            }
        })));
        var entries = await tailing;

        Assert.Equal(Enumerable.Range(0, Publishers * Each).Select(i => (ulong)i), entries.Select(entry => entry.Id.Sequence));
        for (var publisher = 0; publisher < Publishers; publisher++)
        {
            Assert.Equal(
                Enumerable.Range(0, Each).Select(i => $"{publisher}:{i}"),
                entries.Select(entry => entry.Text()).Where(text => text.StartsWith($"{publisher}:", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task Several_tails_from_several_places_each_yield_what_follows_theirs()
    {
        await using var opened = await OpenAsync();
        var ids = (await opened.Log.AppendAsync([.. Enumerable.Range(0, 2_500).Select(Sample.Event)], Cancelled)).Ids;

        var tails = new[] { -1, 0, 999, 1_000, 2_499 }.ToDictionary(
            at => at, at => TailAsync(opened.Log, at < 0 ? EventId.Earliest : ids[at], 2_600 - at - 1));
        await opened.Log.AppendAsync([.. Enumerable.Range(2_500, 100).Select(Sample.Event)], Cancelled);

        foreach (var (at, tailing) in tails)
        {
            Assert.Equal(
                Enumerable.Range(at + 1, 2_600 - at - 1).Select(i => $"{i}"), (await tailing).Select(entry => entry.Text()));
        }
    }

    [Fact]
    public async Task The_tail_wakes_in_milliseconds()
    {
        var hub = OpenedLog.NewHub();
        await using var publishing = await OpenAsync(hub);
        await using var reading = await OpenAsync(hub);
        var last = await publishing.Log.AppendAsync(Sample.Event(-1), Cancelled);
        var latencies = new List<double>();
        await using var tail = reading.Log.TailAsync(last, Cancelled).GetAsyncEnumerator(Cancelled);
        for (var i = 0; i < 40; i++)
        {
            var moving = tail.MoveNextAsync();
            // Until the tail sleeps: it is the wake-up that is measured, not the read of a tail that is awake.
            await Task.Delay(30, Cancelled);
            var started = Stopwatch.GetTimestamp();
            await publishing.Log.AppendAsync(Sample.Event(i), Cancelled);
            Assert.True(await moving);
            latencies.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            Assert.Equal($"{i}", Assert.Single(tail.Current).Text());
        }

        latencies.Sort();
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"append to tail: median {latencies[20]:F1} ms, p90 {latencies[36]:F1} ms, max {latencies[^1]:F1} ms");
        // Without wake-ups the median would be half of the second after which the tail looks by itself.
        Assert.InRange(latencies[20], 0, 150);
    }

    [Fact]
    public async Task An_event_whose_wake_up_was_lost_comes_within_about_a_second()
    {
        await using var opened = await OpenAsync();
        var last = await opened.Log.AppendAsync(Sample.Event(0), Cancelled);
        await using var tail = opened.Log.TailAsync(last, Cancelled).GetAsyncEnumerator(Cancelled);
        var moving = tail.MoveNextAsync();
        await Task.Delay(100, Cancelled);

        var started = Stopwatch.GetTimestamp();
        await opened.ByHand.ExecuteAsync(
            "XADD", opened.Keys.Log, $"{last.Epoch}-*", "topic", "test/hand", "data", "by hand", "at", "1795363132834");
        Assert.True(await moving);

        Assert.Equal("by hand", Assert.Single(tail.Current).Text());
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task A_tail_that_is_given_up_ends_and_leaves_no_subscription()
    {
        await using var opened = await OpenAsync();
        await opened.Log.AppendAsync(Sample.Event(0), Cancelled);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var batch in opened.Log.TailAsync(EventId.Earliest, enough.Token))
            {
                enough.CancelAfter(TimeSpan.FromMilliseconds(100));
            }
        });

        await EventuallyAsync(async () => (await opened.ByHand.PublishAsync(opened.Keys.Wake, "")) == 0);
    }

    [Fact]
    public async Task The_log_keeps_at_least_as_many_events_as_it_is_told_and_not_many_more()
    {
        var options = OpenedLog.NewHub();
        options.MaxEvents = 1_000;
        await using var opened = await OpenAsync(options);
        for (var i = 0; i < 50; i++)
        {
            await opened.Log.AppendAsync([.. Enumerable.Range(i * 100, 100).Select(Sample.Event)], Cancelled);
        }

        var kept = await opened.Log.ReadAllAsync(Cancelled);

        // Redis trims by whole nodes of a hundred entries.
        Assert.InRange(kept.Count, 1_000, 1_200);
        Assert.Equal(Enumerable.Range(5_000 - kept.Count, kept.Count).Select(i => $"{i}"), kept.Select(entry => entry.Text()));
        Assert.Equal(new LogExtent(kept[0].Id, kept[^1].Id), await opened.Log.GetExtentAsync(Cancelled));
    }

    [Fact]
    public async Task Events_older_than_a_time_are_trimmed_up_to_the_first_that_is_not()
    {
        await using var opened = await OpenAsync();
        var ids = (await opened.Log.AppendAsync(
            [.. Enumerable.Range(0, 2_500).Select(i => Event.Create("test", $"{i}", Now.AddSeconds(i)))], Cancelled)).Ids;

        Assert.Equal(0, await opened.Log.TrimBeforeAsync(Now, Cancelled));
        Assert.Equal(2_200, await opened.Log.TrimBeforeAsync(Now.AddSeconds(2_200), Cancelled));
        Assert.Equal(new LogExtent(ids[2_200], ids[^1]), await opened.Log.GetExtentAsync(Cancelled));
        Assert.Equal(300, await opened.Log.TrimBeforeAsync(Now.AddDays(1), Cancelled));
        Assert.Equal(0, await opened.Log.TrimBeforeAsync(Now.AddDays(1), Cancelled));
    }

    [Fact]
    public async Task A_service_trims_what_grew_too_old_by_itself()
    {
        var time = new FakeTimeProvider(Now);
        var hub = OpenedLog.NewHub().Hub;
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:broker"] = ConnectionString,
            ["Log:Hub"] = hub,
            ["Log:MaxAge"] = "01:00:00",
        });
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.AddEventLog();
        using var host = builder.Build();
        await host.StartAsync(Cancelled);
        var log = host.Services.GetRequiredService<EventLog>();
        var old = await log.AppendAsync(Event.Create("test", "old", Now), Cancelled);
        var young = await log.AppendAsync(Event.Create("test", "young", Now.AddMinutes(50)), Cancelled);

        time.Advance(TimeSpan.FromMinutes(59));
        await Task.Delay(200, Cancelled);
        Assert.Equal(new LogExtent(old, young), await log.GetExtentAsync(Cancelled));

        time.Advance(TimeSpan.FromMinutes(2));
        await EventuallyAsync(async () => await log.GetExtentAsync(Cancelled) == new LogExtent(young, young));
        await host.StopAsync(Cancelled);
    }

    public static TheoryData<string[]> ForeignEntries => new((string[][])
    [
        ["greeting", "hello"],
        ["data", "no topic", "at", "1"],
        ["topic", "test", "at", "1"],
        ["topic", "test", "data", "no time"],
        ["topic", "", "data", "empty topic", "at", "1"],
        ["topic", "test\r\ndata: injected", "data", "x", "at", "1"],
        ["topic", "orders/*", "data", "x", "at", "1"],
        ["topic", "test", "data", "x", "at", "1", "type", "a\nid: 5-5"],
        ["topic", "test", "data", "x", "at", "1", "type", "gap"],
        ["topic", "test", "data", "x", "at", "1", "id", "a\r\nevent: gap"],
        ["topic", "test", "data", "x", "at", "1", "id", "5-5"],
        ["topic", "test", "data", "x", "at", ""],
        ["topic", "test", "data", "x", "at", "yesterday"],
        ["topic", "test", "data", "x", "at", "1.5"],
        ["topic", "test", "data", "x", "at", "9223372036854775807"],
        ["topic", "test", "data", "x", "at", "-9223372036854775808"],
        ["topic", "test", "data", "x", "at", "253402300800000"],
        ["topic", "test", "data", "x", "at", "99999999999999999999999999"],
        ["topic", "test", "data", "x", "at", "1", "retry", ""],
        ["topic", "test", "data", "x", "at", "1", "retry", "-5"],
        ["topic", "test", "data", "x", "at", "1", "retry", "soon"],
        ["topic", "test", "data", "x", "at", "1", "retry", "2147483648"],
        ["topic", "test", "data", "x", "at", "1", "retry", "99999999999999999999999999"],
    ]);

    [Theory]
    [MemberData(nameof(ForeignEntries))]
    public async Task An_entry_that_no_publisher_could_have_written_keeps_its_id_and_holds_no_event(string[] fields)
    {
        await using var opened = await OpenAsync();
        var first = await opened.Log.AppendAsync(Sample.Event("before"), Cancelled);
        await opened.ByHand.ExecuteAsync("XADD", [opened.Keys.Log, $"{first.Epoch}-*", .. fields]);
        var last = await opened.Log.AppendAsync(Sample.Event("after"), Cancelled);

        var entries = await opened.Log.ReadAllAsync(Cancelled);

        Assert.Equal([first, first.Next, last], entries.Select(entry => entry.Id));
        Assert.Equal(first.Next.Next, last);
        Assert.Equal([false, true, false], entries.Select(entry => entry.IsForeign));
        Assert.Empty(entries[1].Event.Topics);
        Assert.Equal(["before", "after"], new[] { entries[0].Text(), entries[2].Text() });
    }

    [Fact]
    public async Task Fields_of_other_names_are_ignored()
    {
        await using var opened = await OpenAsync();
        var first = await opened.Log.AppendAsync(Sample.Event("before"), Cancelled);
        await opened.ByHand.ExecuteAsync(
            "XADD", opened.Keys.Log, $"{first.Epoch}-*", "topic", "test", "data", "by hand", "at", "1", "later", "version");

        Assert.Equal("by hand", (await opened.Log.ReadAllAsync(Cancelled))[1].Text());
    }

    [Fact]
    public async Task An_entry_added_by_hand_ahead_of_the_log_begins_a_new_epoch_and_stops_no_publisher()
    {
        await using var opened = await OpenAsync();
        var before = await opened.Log.AppendAsync(Sample.Event("before"), Cancelled);
        while (DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() <= (long)before.Epoch)
        {
            // An entry of the same millisecond would be the epoch's next, and nothing out of order.
            await Task.Delay(1, Cancelled);
        }

        // What anybody types: it takes the present time, which is later than the epoch.
        var hand = EventIdOf(await opened.ByHand.ExecuteAsync("XADD", opened.Keys.Log, "*", "topic", "test", "data", "by hand", "at", "1"));

        var after = await opened.Log.AppendAsync(Sample.Event("after"), Cancelled);

        Assert.True(hand > before);
        Assert.True(after.Epoch > hand.Epoch);
        Assert.Equal(0UL, after.Sequence);
        Assert.Equal(["before", "by hand", "after"], (await opened.Log.ReadAllAsync(Cancelled)).Select(entry => entry.Text()));
        Assert.Equal(after.Next, await opened.Log.AppendAsync(Sample.Event("more"), Cancelled));
    }

    [Fact]
    public async Task A_log_deleted_alone_begins_a_new_epoch_since_its_ids_were_given_already()
    {
        var hub = OpenedLog.NewHub();
        await using var opened = await OpenAsync(hub);
        var before = await opened.Log.AppendAsync(Sample.Event("before"), Cancelled);
        await opened.ByHand.KeyDeleteAsync(opened.Keys.Log);

        var after = await opened.Log.AppendAsync(Sample.Event("after"), Cancelled);
        await using var other = await OpenAsync(hub);
        var more = await other.Log.AppendAsync(Sample.Event("more"), Cancelled);

        Assert.True(after.Epoch > before.Epoch, $"{after} after {before}");
        Assert.Equal(0UL, after.Sequence);
        Assert.Equal(after.Next, more);
    }

    [Fact]
    public async Task A_log_deleted_alone_is_noticed_by_a_process_that_comes_later()
    {
        var hub = OpenedLog.NewHub();
        await using var opened = await OpenAsync(hub);
        var before = await opened.Log.AppendAsync(Sample.Event("before"), Cancelled);
        await opened.ByHand.KeyDeleteAsync(opened.Keys.Log);

        await using var other = await OpenAsync(hub);
        var after = await other.Log.AppendAsync(Sample.Event("after"), Cancelled);

        Assert.True(after.Epoch > before.Epoch, $"{after} after {before}");
        Assert.Equal(after.Next, await opened.Log.AppendAsync(Sample.Event("more"), Cancelled));
    }

    [Fact]
    public async Task A_record_of_the_epoch_deleted_alone_begins_a_new_epoch()
    {
        await using var opened = await OpenAsync();
        var before = await opened.Log.AppendAsync(Sample.Event("before"), Cancelled);
        await opened.ByHand.KeyDeleteAsync(opened.Keys.Epoch);

        var after = await opened.Log.AppendAsync(Sample.Event("after"), Cancelled);

        Assert.True(after.Epoch > before.Epoch, $"{after} after {before}");
        Assert.Equal(0UL, after.Sequence);
    }

    [Fact]
    public async Task A_record_of_the_epoch_that_is_garbage_begins_a_new_epoch()
    {
        await using var opened = await OpenAsync();
        var before = await opened.Log.AppendAsync(Sample.Event("before"), Cancelled);
        await opened.ByHand.StringSetAsync(opened.Keys.Epoch, "17 what is this");

        var after = await opened.Log.AppendAsync(Sample.Event("after"), Cancelled);

        Assert.True(after.Epoch > before.Epoch, $"{after} after {before}");
    }

    [Fact]
    public async Task A_new_epoch_is_later_than_the_last_even_where_the_clock_was_set_back()
    {
        var hub = OpenedLog.NewHub();
        var time = new FakeTimeProvider(Now);
        await using var opened = await OpenAsync(hub, time);
        var before = await opened.Log.AppendAsync(Sample.Event("before"), Cancelled);
        await opened.Log.TrimBeforeAsync(DateTimeOffset.MaxValue, Cancelled);
        await opened.ByHand.KeyDeleteAsync(opened.Keys.Epoch);

        await using var other = await OpenAsync(hub, new FakeTimeProvider(Now.AddDays(-1)));
        var after = await other.Log.AppendAsync(Sample.Event("after"), Cancelled);
        Assert.True(after.Epoch > before.Epoch, $"{after} after {before}");

        // Nothing is left in Redis, but the process remembers.
        await opened.ByHand.KeyDeleteAsync([opened.Keys.Log, opened.Keys.Epoch]);
        var later = await other.Log.AppendAsync(Sample.Event("later"), Cancelled);
        Assert.True(later.Epoch > after.Epoch, $"{later} after {after}");
    }

    [Fact]
    public async Task An_append_goes_on_after_the_scripts_were_flushed()
    {
        await using var opened = await OpenAsync();
        var before = await opened.Log.AppendAsync(Sample.Event("before"), Cancelled);
        await opened.ByHand.ExecuteAsync("SCRIPT", "FLUSH");

        Assert.Equal(before.Next, await opened.Log.AppendAsync(Sample.Event("after"), Cancelled));
    }

    [Fact]
    public async Task A_publisher_that_does_not_wait_is_appended_in_the_order_in_which_it_published()
    {
        await using var opened = await OpenAsync();

        var ids = await Task.WhenAll(Enumerable.Range(0, 5_000).Select(i => opened.Log.AppendAsync(Sample.Event(i), Cancelled)));

        Assert.Equal(ids.Order(), ids);
        Assert.Equal(5_000, ids.Distinct().Count());
    }

    [Fact]
    public async Task A_batch_that_arrives_again_or_late_is_not_appended()
    {
        await using var opened = await OpenAsync();
        await opened.Log.AppendAsync(Sample.Event("0"), Cancelled);
        var last = await opened.Log.AppendAsync(Sample.Event("1"), Cancelled);

        // As the network would deliver it from a connection that was given up: the script, once more.
        Assert.Equal(last, EventIdOf(await AppendByHandAsync(opened, 2)));
        var stale = await Assert.ThrowsAsync<RedisServerException>(() => AppendByHandAsync(opened, 1));

        Assert.Contains("STALE", stale.Message, StringComparison.Ordinal);
        Assert.Equal(["0", "1"], (await opened.Log.ReadAllAsync(Cancelled)).Select(entry => entry.Text()));
        Assert.Equal(last.Next, EventIdOf(await AppendByHandAsync(opened, 3)));
    }

    private static async Task<RedisResult> AppendByHandAsync(OpenedLog opened, int batchNumber)
    {
        using var script = new StreamReader(
            typeof(EventLog).Assembly.GetManifestResourceStream("SseAspire.Broker.Append.lua")!);
        var appended = (string)(await opened.ByHand.ExecuteAsync("KEYS", $"sse:{{{opened.Options.Hub}}}:appended:*"))[0]!;
        var record = (string)(await opened.ByHand.StringGetAsync(opened.Keys.Epoch))!;
        return await opened.ByHand.ScriptEvaluateAsync(
            await script.ReadToEndAsync(Cancelled),
            [opened.Keys.Log, opened.Keys.Epoch, appended, opened.Keys.OwnIds, opened.Keys.OwnIdsInOrder],
            [record, record.Split(' ')[0], 1000, "unheard", batchNumber, 1, 4, 0, "topic", "test", "data", "again"]);
    }

    [Fact]
    public async Task Hubs_of_different_names_do_not_meet()
    {
        await using var one = await OpenAsync();
        await using var other = await OpenAsync();
        await one.Log.AppendAsync(Sample.Event("one"), Cancelled);
        await other.Log.AppendAsync(Sample.Event("other"), Cancelled);

        Assert.Equal("one", Assert.Single(await one.Log.ReadAllAsync(Cancelled)).Text());
        Assert.Equal("other", Assert.Single(await other.Log.ReadAllAsync(Cancelled)).Text());
    }

    [Fact]
    public async Task What_is_under_way_when_the_log_is_closed_still_arrives_and_what_comes_later_is_refused()
    {
        var hub = OpenedLog.NewHub();
        await using var opened = await OpenAsync(hub);
        var appends = Enumerable.Range(0, 2_000).Select(i => opened.Log.AppendAsync(Sample.Event(i), Cancelled)).ToList();

        await opened.Log.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20), Cancelled);

        var ids = await Task.WhenAll(appends).WaitAsync(TimeSpan.FromSeconds(5), Cancelled);
        Assert.Equal(2_000, ids.Distinct().Count());
        await Assert.ThrowsAsync<BrokerUnavailableException>(() => opened.Log.AppendAsync(Sample.Event(0), Cancelled));
    }

    private static async Task<List<LogEntry>> TailAsync(EventLog log, EventId after, int count)
    {
        var entries = new List<LogEntry>();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        await foreach (var batch in log.TailAsync(after, patience.Token))
        {
            entries.AddRange(batch);
            if (entries.Count >= count)
            {
                break;
            }
        }

        return entries;
    }

    private static async Task EventuallyAsync(Func<Task<bool>> holds)
    {
        for (var started = Stopwatch.GetTimestamp(); !await holds();)
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(10), "It did not come to hold within 10 s.");
            await Task.Delay(20, Cancelled);
        }
    }

    private static EventId EventIdOf(RedisResult reply) =>
        EventId.TryParse((string?)reply, out var id) ? id : throw new FormatException($"'{reply}' is no id");
}
