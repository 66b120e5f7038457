using System.Net;
using System.Text.Json.Nodes;
using SseAspire.Api.Hub;
using SseAspire.Api.Tests.Attacks;
using SseAspire.Broker;
using SseAspire.Testing;

namespace SseAspire.Api.Tests;

/// <summary>What strangers ask for costs bounded memory: the process survives it under a heap limit.</summary>
public sealed class MemoryTests(ITestOutputHelper output)
{
    private static readonly (string, string) HeapLimit = ("DOTNET_GCHeapHardLimit", "0x40000000");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 240_000)]
    public async Task Distinct_selections_share_a_bounded_memory_and_each_reader_gets_every_event()
    {
        const int Readers = 100;
        await using var redis = await LaunchAsync();
        await using var api = await ServiceProcess.StartApiAsync(redis.ConnectionString, SharedApi.Patience, HeapLimit);
        await using var readers = await DistinctSelections.OpenAsync(api, Readers);

        var before = api.ReadResidentBytes();
        await LargeEvents.PublishAsync(api, events: 33, bytes: 250_000);
        await readers.WaitAsync(33);
        var grown = api.ReadPeakResidentBytes() - before;
        await LargeEvents.PublishAsync(api, events: 1, bytes: 10);
        await readers.WaitAsync(34);

        output.WriteLine($"grew by {grown >> 20} MB at the most");
        Assert.All(readers.All, reader => Assert.Equal(34, reader.Events));
        Assert.True(grown < 400 << 20, $"grew by {grown >> 20} MB");
    }

    [Fact(Timeout = 240_000)]
    public async Task Compressed_groups_keep_bounded_memory_and_each_reader_gets_every_event()
    {
        await using var redis = await LaunchAsync();
        await using var api = await ServiceProcess.StartApiAsync(redis.ConnectionString, SharedApi.Patience, HeapLimit, ("Hub__CompressFrom", "1"));
        await using var readers = await DistinctSelections.OpenAsync(api, readers: 10, takesGzip: true);

        var before = api.ReadResidentBytes();
        await LargeEvents.PublishMixedAsync(api);

        await readers.WaitAsync(LargeEvents.Mixed);
        var grown = api.ReadPeakResidentBytes() - before;

        output.WriteLine($"grew by {grown >> 20} MB at the most");
        Assert.All(readers.All, reader => Assert.Equal(LargeEvents.Mixed, reader.Events));
        Assert.True(grown < 250 << 20, $"grew by {grown >> 20} MB");
    }

    [Fact]
    public void The_window_weighs_what_its_events_take_with_topics_type_and_id()
    {
        const int Limit = 16 << 20;
        var window = new EventWindow(100_000, Limit);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (ulong i = 0; i < 20_000; i++)
        {
            // As much as one event may have beside its data.
            window.Append([new LogEntry(new EventId(1_700_000_000_000, i), new Event
            {
                Topics = [.. Enumerable.Range(0, Event.MaxTopics).Select(topic => $"{i}/{topic}/".PadRight(Event.MaxNameBytes, 't'))],
                Data = "x"u8.ToArray(),
                At = DateTimeOffset.UnixEpoch,
                Type = $"{i}".PadRight(Event.MaxNameBytes, 'e'),
                Id = $"{i}".PadRight(Event.MaxNameBytes, 'i'),
            })]);
        }

        var taken = GC.GetTotalMemory(forceFullCollection: true) - before;

        Assert.InRange(window.Bytes, Limit / 2, Limit);
        Assert.InRange(taken, window.Bytes / 2, window.Bytes * 3 / 2);
        GC.KeepAlive(window);
    }

    [Fact(Timeout = 120_000)]
    public async Task One_address_has_a_bounded_number_of_distinct_selections()
    {
        await using var redis = await LaunchAsync();
        await using var api = await ServiceProcess.StartApiAsync(redis.ConnectionString, ("Hub__MaxSelectionsPerAddress", "2"));
        var first = await CountingReader.OpenAsync(api, "topic=a");
        await using var second = await CountingReader.OpenAsync(api, "topic=b");
        await using var same = await CountingReader.OpenAsync(api, "topic=b");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await AskAsync("/events?topic=c"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await AskAsync("/events/long-poll?topic=c&wait=0"));
        Assert.Equal(HttpStatusCode.OK, await AskAsync("/events/long-poll?topic=b&wait=0"));

        await first.DisposeAsync();
        while (await AskAsync("/events/long-poll?topic=c&wait=0") != HttpStatusCode.OK)
        {
            await Task.Delay(50, Cancellation);
        }

        async Task<HttpStatusCode> AskAsync(string path)
        {
            using var answer = await api.Client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, Cancellation);
            return answer.StatusCode;
        }
    }

    [Fact(Timeout = 240_000)]
    public async Task A_poll_is_answered_with_a_bounded_page_and_next_leads_on_to_every_event()
    {
        const int Events = 40;
        await using var redis = await LaunchAsync();
        await using var api = await ServiceProcess.StartApiAsync(redis.ConnectionString, SharedApi.Patience, HeapLimit);
        await LargeEvents.PublishAsync(api, Events / 2, bytes: 250_000);
        await LargeEvents.PublishAsync(api, Events / 2, bytes: 250_000);
        var (ids, cursor) = (new List<string>(), "earliest");

        while (ids.Count < Events)
        {
            var body = await api.Client.GetStringAsync($"/events/poll?topic=**&limit=1000&after={cursor}", Cancellation);
            Assert.InRange(body.Length, 250_000, 4_000_000);
            var page = JsonNode.Parse(body)!;
            Assert.Null(page["gap"]);
            ids.AddRange(page["events"]!.AsArray().Select(one => (string)one!["id"]!));
            cursor = (string)page["next"]!;
        }

        Assert.Equal(Events, ids.Distinct().Count());
    }

    [Theory(Timeout = 240_000)]
    [InlineData("/events/poll?topic=**&limit=1000&after=earliest", 40)]
    [InlineData("/events?topic=**&lastEventId=earliest", 10)]
    public async Task Clients_that_take_no_byte_of_what_they_asked_for_keep_bounded_memory(string path, int clients)
    {
        await using var redis = await LaunchAsync();
        // A small window, so that the log itself is read.
        await using var api = await ServiceProcess.StartApiAsync(
            redis.ConnectionString, SharedApi.Patience, HeapLimit, ("Hub__WindowBytes", "1048576"));
        for (var i = 0; i < 10; i++)
        {
            await LargeEvents.PublishAsync(api, events: 30, bytes: 250_000);
        }

        var before = api.ReadResidentBytes();
        using var stalled = await StalledClients.OpenAsync(api.Address, path, clients);
        await Task.Delay(TimeSpan.FromSeconds(5), Cancellation);
        var grown = api.ReadPeakResidentBytes() - before;

        output.WriteLine($"grew by {grown >> 20} MB at the most");
        Assert.True(grown < 250 << 20, $"grew by {grown >> 20} MB");
        Assert.False(api.Process.HasExited);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_poll_counts_among_the_streams_of_its_address()
    {
        await using var redis = await LaunchAsync();
        await using var api = await ServiceProcess.StartApiAsync(redis.ConnectionString, ("Hub__MaxConnectionsPerAddress", "1"));
        using var free = await api.Client.GetAsync("/events/poll?topic=a", Cancellation);
        await using var stream = await CountingReader.OpenAsync(api, "topic=a");

        using var refused = await api.Client.GetAsync("/events/poll?topic=a", Cancellation);

        Assert.Equal(HttpStatusCode.OK, free.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter);
    }

    private static Task<RedisServer> LaunchAsync()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        return RedisServer.LaunchAsync(cancellationToken: Cancellation);
    }
}
