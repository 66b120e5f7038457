using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using SseAspire.Testing;

namespace SseAspire.Api.Tests;

/// <summary>What a reader of <c>GET /events</c> is given.</summary>
[Collection(nameof(SharedApi))]
public sealed class StreamTests(SharedApi shared)
{
    private readonly string _topic = $"stream-{Guid.NewGuid():N}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private HttpClient Client => shared.Api.Client;

    [Fact]
    public async Task Headers_and_where_the_stream_starts_come_at_once()
    {
        using var answer = await Client.GetAsync($"/events?topic={_topic}", HttpCompletionOption.ResponseHeadersRead, Cancellation);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.ToString());
        Assert.True(answer.Headers.CacheControl?.NoStore);
        Assert.Equal(["no"], answer.Headers.GetValues("X-Accel-Buffering"));
        Assert.Equal(["?1"], answer.Headers.GetValues("Incremental"));
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(Cancellation));
        var retry = await lines.ReadLineAsync(Cancellation);
        // 200 ms, spread by a quarter up and down.
        Assert.StartsWith("retry: ", retry, StringComparison.Ordinal);
        Assert.InRange(int.Parse(retry!["retry: ".Length..], CultureInfo.InvariantCulture), 150, 250);
        Assert.Matches("^id: [0-9]+-[0-9]+$", await lines.ReadLineAsync(Cancellation));
        Assert.Equal("", await lines.ReadLineAsync(Cancellation));
    }

    [Fact]
    public async Task A_silent_stream_shows_by_a_comment_that_it_lives_and_how_far_it_is()
    {
        using var answer = await Client.GetAsync($"/events?topic={_topic}", HttpCompletionOption.ResponseHeadersRead, Cancellation);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(Cancellation));
        var before = await PublishAsync($"{_topic}-other");

        for (var i = 0; i < 2; i++)
        {
            while (await lines.ReadLineAsync(Cancellation) is not ":")
            {
            }

            Assert.Equal($"id: {before}", await lines.ReadLineAsync(Cancellation));
            Assert.Equal("", await lines.ReadLineAsync(Cancellation));
        }
    }

    [Fact]
    public async Task The_first_frame_is_a_heartbeat_event_with_the_cursor_where_it_is_asked_for()
    {
        var cursor = await PublishAsync(_topic);
        await PublishAsync(_topic);
        using var answer = await Client.GetAsync(
            $"/events?topic={_topic}&lastEventId={cursor}&heartbeat=event", HttpCompletionOption.ResponseHeadersRead, Cancellation);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(Cancellation));

        Assert.StartsWith("retry: ", await lines.ReadLineAsync(Cancellation), StringComparison.Ordinal);
        Assert.Equal("event: heartbeat", await lines.ReadLineAsync(Cancellation));
        Assert.Equal("data:", await lines.ReadLineAsync(Cancellation));
        Assert.Equal($"id: {cursor}", await lines.ReadLineAsync(Cancellation));
        Assert.Equal("", await lines.ReadLineAsync(Cancellation));
        Assert.StartsWith("id: ", await lines.ReadLineAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_heartbeat_is_an_event_where_it_is_asked_for()
    {
        await using var stream = await OpenStream.OpenAsync(shared.Api.Address, $"topic={_topic}&heartbeat=event");

        // The opening frame, and the first heartbeat, which may follow soon: the hub's clock ticks once a second.
        var cursor = new SseFrame(stream.LastEventId, "heartbeat", "");
        Assert.Equal([cursor, cursor], await stream.NextAsync(2));
        var first = Stopwatch.GetTimestamp();
        Assert.Equal(cursor, await stream.NextAsync());
        Assert.True(Stopwatch.GetElapsedTime(first) > TimeSpan.FromSeconds(0.5));
    }

    [Fact]
    public async Task Any_text_arrives_as_it_was_published()
    {
        await using var stream = await OpenStream.OpenAsync(shared.Api.Address, $"topic={_topic}");
        foreach (var (data, seen) in ((string, string)[])
        [
            ("plain", "plain"), ("", ""), (" leading", " leading"), (":colon", ":colon"), ("a\nb\rc\r\nd", "a\nb\nc\nd"), ("\n", "\n"), ("end\n", "end\n"), ("\r\r\n\n", "\n\n\n"),
            ("id: 9-9\n\nevent: gap\ndata: forged\n\n", "id: 9-9\n\nevent: gap\ndata: forged\n\n"), ("\0\u0001\u001b", "\0\u0001\u001b"), ("Ж語💡\u2028\ufeff", "Ж語💡\u2028\ufeff"),
        ])
        {
            var id = await PublishAsync(_topic, data);

            Assert.Equal(new SseFrame(id, "message", seen), await stream.NextAsync());
        }
    }

    [Fact]
    public async Task Json_that_is_no_string_arrives_as_it_was_written()
    {
        await using var stream = await OpenStream.OpenAsync(shared.Api.Address, $"topic={_topic}");
        foreach (var data in (string[])["""{"b":1,  "a":[1.0,null]}""", "12.50", "true", "null", "[]"])
        {
            using var content = new StringContent($$"""{"topic":"{{_topic}}","data":{{data}}}""", null, "application/json");
            using var answer = await Client.PostAsync("/events", content, Cancellation);
            Assert.Equal(HttpStatusCode.Created, answer.StatusCode);

            Assert.Equal(data, (await stream.NextAsync()).Data);
        }
    }

    [Fact]
    public async Task A_batch_arrives_in_order_with_neighbouring_ids()
    {
        await using var stream = await OpenStream.OpenAsync(shared.Api.Address, $"topic={_topic}");
        var batch = Enumerable.Range(0, 500).Select(i => new { topic = _topic, data = $"{i}", type = i % 2 == 0 ? "even" : null });

        using var answer = await Client.PostAsJsonAsync("/events", batch, Cancellation);

        var ids = (await answer.Content.ReadFromJsonAsync<JsonNode>(Cancellation))!["ids"]!.AsArray().Select(id => (string)id!).ToArray();
        Assert.Equal(
            Enumerable.Range(0, 500).Select(i => new SseFrame(ids[i], i % 2 == 0 ? "even" : "message", $"{i}")),
            await stream.NextAsync(500));
    }

    [Fact]
    public async Task History_begins_with_the_newest_events_of_the_topics_asked_for()
    {
        for (var i = 0; i < 5; i++)
        {
            await PublishAsync(_topic, $"{i}");
            await PublishAsync($"{_topic}-other", "other");
        }

        await using var some = await OpenStream.OpenAsync(shared.Api.Address, $"topic={_topic}&history=3");
        await using var more = await OpenStream.OpenAsync(shared.Api.Address, $"topic={_topic}&history=100");
        await using var none = await OpenStream.OpenAsync(shared.Api.Address, $"topic={_topic}-nobody&topic={_topic}&history=0");
        await PublishAsync(_topic, "new");

        Assert.Equal(["2", "3", "4", "new"], (await some.NextAsync(4)).Select(frame => frame.Data));
        Assert.Equal(["0", "1", "2", "3", "4", "new"], (await more.NextAsync(6)).Select(frame => frame.Data));
        Assert.Equal("new", (await none.NextAsync()).Data);
    }

    [Fact]
    public async Task A_cursor_wins_over_history_and_the_header_over_the_query()
    {
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            ids.Add(await PublishAsync(_topic, $"{i}"));
        }

        await using var byQuery = await OpenStream.OpenAsync(shared.Api.Address, $"topic={_topic}&history=5&lastEventId={ids[2]}");
        await using var byHeader = await OpenStream.OpenAsync(shared.Api.Address, $"topic={_topic}&lastEventId={ids[0]}", resumeFrom: ids[3]);
        await using var earliest = await OpenStream.OpenAsync(shared.Api.Address, $"topic={_topic}&lastEventId=earliest");

        Assert.Equal("3", (await byQuery.NextAsync()).Data);
        Assert.Equal("4", (await byHeader.NextAsync()).Data);
        Assert.Equal("0", (await earliest.NextAsync()).Data);
    }

    [Fact]
    public async Task An_envelope_carries_topic_type_time_and_data()
    {
        await using var stream = await OpenStream.OpenAsync(shared.Api.Address, $"topic={_topic}/*&envelope=true");

        var id = await PublishAsync($"{_topic}/a", "line\n\"quoted\" 💡", type: "kind");
        await PublishAsync($"{_topic}/b", "{}");

        var first = await stream.NextAsync();
        Assert.Equal((id, "kind"), (first.LastEventId, first.Type));
        var envelope = JsonNode.Parse(first.Data)!.AsObject();
        Assert.Equal(["topic", "type", "at", "data"], envelope.Select(field => field.Key));
        Assert.Equal($"{_topic}/a", (string)envelope["topic"]!);
        Assert.Equal("kind", (string)envelope["type"]!);
        Assert.Equal("line\n\"quoted\" 💡", (string)envelope["data"]!);
        Assert.InRange(DateTime.UtcNow - DateTime.Parse((string)envelope["at"]!, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal), TimeSpan.Zero, TimeSpan.FromMinutes(1));
        var second = JsonNode.Parse((await stream.NextAsync()).Data)!;
        Assert.Null(second["type"]);
        Assert.Equal("{}", (string)second["data"]!);
    }

    [Fact]
    public async Task An_envelope_carries_alternate_topics_and_the_place_of_an_event_with_an_own_id()
    {
        await using var stream = await OpenStream.OpenAsync(shared.Api.Address, $"topic={_topic}/b&envelope=true");

        using var form = new FormUrlEncodedContent([new("topic", $"{_topic}/a"), new("topic", $"{_topic}/b"), new("id", $"own {_topic}"), new("data", "in two")]);
        using var answer = await Client.PostAsync("/events", form, Cancellation);
        var next = await PublishAsync($"{_topic}/b", "after it");

        var first = await stream.NextAsync();
        var envelope = JsonNode.Parse(first.Data)!.AsObject();
        Assert.Equal(["place", "topic", "alternates", "type", "at", "data"], envelope.Select(field => field.Key));
        Assert.Equal($"{_topic}/a", (string)envelope["topic"]!);
        Assert.Equal($"{_topic}/b", (string)Assert.Single(envelope["alternates"]!.AsArray())!);
        Assert.Equal($"own {_topic}", first.LastEventId);
        await using var resumed = await OpenStream.OpenAsync(shared.Api.Address, $"topic={_topic}/b&lastEventId={(string)envelope["place"]!}");
        Assert.Equal(next, (await resumed.NextAsync()).LastEventId);
    }

    [Fact]
    public async Task A_publishers_own_id_is_sent_as_given_and_resumes()
    {
        await using var stream = await OpenStream.OpenAsync(shared.Api.Address, $"topic={_topic}");
        await PublishAsync(_topic, "0", id: $"{_topic} ~-1");
        await PublishAsync(_topic, "1");
        Assert.Equal(new SseFrame($"{_topic} ~-1", "message", "0"), await stream.NextAsync());

        // As EventSource sends it: UTF-8.
        await using var byQuery = await OpenStream.OpenAsync(shared.Api.Address, $"topic={_topic}&lastEventId={Uri.EscapeDataString($"{_topic} ~-1")}");
        using var byHeader = await RawHttp.ConnectAsync(shared.Api.Address, Cancellation);
        await byHeader.SendAsync(
            System.Text.Encoding.UTF8.GetBytes($"GET /events/poll?topic={_topic} HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: {_topic} ~-1\r\n\r\n"), false, Cancellation);

        Assert.Equal("1", (await byQuery.NextAsync()).Data);
        var page = JsonNode.Parse((await byHeader.ReadAnswerAsync(Cancellation))!.Body)!;
        Assert.Equal("1", (string)Assert.Single(page["events"]!.AsArray())!["data"]!);
        Assert.Null(page["gap"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Content-Length: 5\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n")]
    [InlineData("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n")]
    public async Task A_request_that_promises_a_body_or_offers_another_protocol_is_served_all_the_same(string headers)
    {
        using var reader = await RawHttp.ConnectAsync(shared.Api.Address, Cancellation);
        await reader.SendAsync(
            System.Text.Encoding.ASCII.GetBytes($"GET /events?topic={_topic} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n"), false, Cancellation);
        Assert.Equal(200, (await reader.ReadAnswerAsync(Cancellation))?.Status);

        await PublishAsync(_topic, "served");

        string? line;
        do
        {
            line = await reader.ReadLineAsync(Cancellation);
            Assert.NotNull(line);
        }
        while (line != "data: served");
    }

    [Fact]
    public async Task An_id_that_nobody_knows_gives_a_gap_and_then_what_is_kept()
    {
        await PublishAsync(_topic, "kept");

        await using var stream = await OpenStream.OpenAsync(shared.Api.Address, $"topic={_topic}", resumeFrom: "unknown");

        var gap = await stream.NextAsync();
        Assert.Equal("gap", gap.Type);
        Assert.Null(JsonNode.Parse(gap.Data)!["missed"]);
        Assert.Equal("kept", (await stream.NextAsync()).Data);
    }

    [Fact]
    public async Task Patterns_select_one_level_or_any_depth_and_alternate_topics_count()
    {
        await using var oneLevel = await OpenStream.OpenAsync(shared.Api.Address, $"topic={_topic}/*");
        await using var anyDepth = await OpenStream.OpenAsync(shared.Api.Address, $"topic={_topic}/**");
        await using var between = await OpenStream.OpenAsync(shared.Api.Address, $"topic={_topic}/*/c&topic={_topic}/a");
        foreach (var topic in (string[])["", "/a", "/b", "/a/c", "/b/c", "/a/b/c", "x/a"])
        {
            await PublishAsync(_topic + topic, topic);
        }

        using var alternates = new FormUrlEncodedContent([new("topic", $"{_topic}-nobody"), new("topic", $"{_topic}/alternate"), new("topic", $"{_topic}/a"), new("data", "alternate")]);
        using var answer = await Client.PostAsync("/events", alternates, Cancellation);

        Assert.Equal(["/a", "/b", "alternate"], (await oneLevel.NextAsync(3)).Select(frame => frame.Data));
        Assert.Equal(["/a", "/b", "/a/c", "/b/c", "/a/b/c", "alternate"], (await anyDepth.NextAsync(6)).Select(frame => frame.Data));
        // Wanted for two reasons, delivered once.
        Assert.Equal(["/a", "/a/c", "/b/c", "alternate"], (await between.NextAsync(4)).Select(frame => frame.Data));
        Assert.False(oneLevel.HasMore || anyDepth.HasMore || between.HasMore);
    }

    [Fact]
    public async Task Dropping_cuts_every_stream_and_each_resumes_without_loss()
    {
        await using var first = await OpenStream.OpenAsync(shared.Api.Address, $"topic={_topic}");
        await using var second = await OpenStream.OpenAsync(shared.Api.Address, $"topic={_topic}&envelope=true");
        await PublishAsync(_topic, "0");
        await first.NextAsync();
        await second.NextAsync();

        using var answer = await Client.PostAsync("/operations/drop", null, Cancellation);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal(1, (int)(await answer.Content.ReadFromJsonAsync<JsonNode>(Cancellation))!["replicas"]!);
        await first.Ended;
        await second.Ended;
        await PublishAsync(_topic, "1");

        await using var resumed = await OpenStream.OpenAsync(shared.Api.Address, $"topic={_topic}", resumeFrom: first.LastEventId);
        Assert.Equal("1", (await resumed.NextAsync()).Data);
    }

    [Fact]
    public async Task Dropping_a_share_leaves_the_others()
    {
        var streams = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => OpenStream.OpenAsync(shared.Api.Address, $"topic={_topic}")));
        try
        {
            using var answer = await Client.PostAsync("/operations/drop?share=0.5", null, Cancellation);
            await Task.Delay(500, Cancellation);

            // Each is dropped or not at random: outside of this once in 100 million runs.
            Assert.InRange(streams.Count(stream => stream.Ended.IsCompleted), 3, 37);
        }
        finally
        {
            foreach (var stream in streams)
            {
                await stream.DisposeAsync();
            }
        }
    }

    private async Task<string> PublishAsync(string topic, string data = "x", string? type = null, string? id = null)
    {
        List<KeyValuePair<string, string>> fields = [new("topic", topic), new("data", data)];
        if (type is not null)
        {
            fields.Add(new("type", type));
        }

        if (id is not null)
        {
            fields.Add(new("id", id));
        }

        using var form = new FormUrlEncodedContent(fields);
        using var answer = await Client.PostAsync("/events", form, Cancellation);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return (string)(await answer.Content.ReadFromJsonAsync<JsonNode>(Cancellation))!["id"]!;
    }
}
