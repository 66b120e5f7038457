using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using SseAspire.Testing;

namespace SseAspire.Api.Tests;

/// <summary>What a reader of <c>GET /events/websocket</c> is given.</summary>
[Collection(nameof(SharedApi))]
public sealed class WebSocketTests(SharedApi shared)
{
    private readonly string _topic = $"socket-{Guid.NewGuid():N}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_event_is_a_message_in_order_after_one_that_says_where_the_stream_starts()
    {
        var before = await PublishAsync(shared.Api, "before");
        while ((string?)(await shared.Api.Client.GetFromJsonAsync<JsonNode>($"/events/poll?topic={_topic}/nothing", Cancellation))!["next"] != before)
        {
            await Task.Delay(20, Cancellation);
        }

        await using var socket = await OpenAsync();
        Assert.Equal(before, (string?)(await socket.NextAsync())!["next"]);
        foreach (var data in (string[])["plain", "", "a\nb\r\nc\n\n", "\0\u001b", "Ж語💡\u2028", """{"next":"1-1"}""", new('x', 200_000)])
        {
            var id = await PublishAsync(shared.Api, data);

            var message = (await socket.NextEventAsync())!;

            Assert.Equal(["id", "topic", "type", "at", "data"], message.Select(field => field.Key));
            Assert.Equal((id, _topic, null, data), ((string?)message["id"], (string?)message["topic"], (string?)message["type"], (string?)message["data"]));
            Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", (string?)message["at"]);
        }
    }

    [Fact]
    public async Task A_reader_that_is_cut_twenty_times_gets_every_event_once_and_in_order()
    {
        const int Events = 2_000;
        const int Cuts = 20;
        var publishing = Task.CompletedTask;
        var random = new Random(2026);
        var (numbers, cuts, cursor) = (new List<int>(), 0, (string?)null);
        while (numbers.Count < Events)
        {
            await using var socket = await OpenAsync(cursor is null ? "" : $"&after={cursor}");
            var take = cuts < Cuts ? random.Next(1, 100) : int.MaxValue;
            // Cut before its first event as well.
            Assert.NotNull(await socket.NextAsync());
            if (cuts++ == 0)
            {
                publishing = new NumberedPublisher(_topic, () => shared.Api).RunAsync(Events, rate: 2_000, Cancellation);
            }

            for (cursor = socket.Cursor; take > 1 && numbers.Count < Events; take--)
            {
                var message = (await socket.NextEventAsync())!;
                Assert.False(message.ContainsKey("gap"), message.ToJsonString());
                numbers.Add(int.Parse((string)message["data"]!, CultureInfo.InvariantCulture));
                cursor = socket.Cursor;
            }
        }

        await publishing;
        Assert.Equal(Enumerable.Range(0, Events), numbers);
        Assert.True(cuts > Cuts, $"only {cuts} cuts");
    }

    [Fact]
    public async Task Streams_that_an_operator_drops_break_off_without_a_close()
    {
        await using var socket = await OpenAsync();
        Assert.NotNull(await socket.NextAsync());

        using var dropped = await shared.Api.Client.PostAsync("/operations/drop", null, Cancellation);

        await Assert.ThrowsAsync<WebSocketException>(socket.EndAsync);
        Assert.Null(socket.CloseCode);
    }

    [Fact]
    public async Task A_cursor_that_the_log_does_not_know_gets_a_gap_and_then_what_is_kept()
    {
        var id = await PublishAsync(shared.Api, "kept");
        await using var socket = await OpenAsync("&after=1-1");

        var gap = (await socket.NextEventAsync())!;

        Assert.Equal(["gap", "id"], gap.Select(field => field.Key));
        Assert.Equal(["missed", "from", "to"], gap["gap"]!.AsObject().Select(field => field.Key));
        Assert.Null(gap["gap"]!["missed"]);
        var kept = (await socket.NextEventAsync())!;
        Assert.Equal((id, "kept"), ((string?)kept["id"], (string?)kept["data"]));
    }

    [Fact]
    public async Task A_silent_stream_says_how_far_it_is()
    {
        await using var socket = await OpenAsync();
        Assert.NotNull(await socket.NextAsync());
        using var form = new FormUrlEncodedContent([new("topic", $"{_topic}-other"), new("data", "x")]);
        using var answer = await shared.Api.Client.PostAsync("/events", form, Cancellation);
        var other = (string?)(await answer.Content.ReadFromJsonAsync<JsonNode>(Cancellation))!["id"];

        for (var i = 0; i < 2; i++)
        {
            JsonObject message;
            do
            {
                message = (await socket.NextAsync())!;
                Assert.Equal(["next"], message.Select(field => field.Key));
            }
            while ((string?)message["next"] != other);
        }
    }

    [Fact]
    public async Task An_api_that_is_asked_to_end_closes_its_sockets_with_1012_and_a_reader_resumes_from_there()
    {
        await using var api = await shared.StartAnotherAsync(("Hub__DrainTime", "00:00:01"));
        await using var socket = await EventSocket.OpenAsync(api.Address, $"topic={_topic}");
        Assert.NotNull(await socket.NextAsync());
        var end = socket.EndAsync();

        Assert.Equal(0, await api.StopAsync(TimeSpan.FromSeconds(30)));

        await end;
        Assert.Equal(1012, socket.CloseCode);
        Assert.NotEqual("", socket.CloseReason);
        await api.StartAsync();
        await PublishAsync(api, "after");
        await using var resumed = await EventSocket.OpenAsync(api.Address, $"topic={_topic}&after={socket.Cursor}");
        Assert.Equal("after", (string?)(await resumed.NextEventAsync())!["data"]);
    }

    [Fact]
    public async Task A_socket_that_is_old_is_closed_with_1001()
    {
        await using var api = await shared.StartAnotherAsync(("Hub__MaxLifetime", "00:00:01"));
        await using var socket = await EventSocket.OpenAsync(api.Address, $"topic={_topic}");

        await socket.EndAsync();

        Assert.Equal(1001, socket.CloseCode);
        Assert.NotEqual("", socket.CloseReason);
    }

    [Fact]
    public async Task A_full_hub_opens_a_socket_only_to_close_it_with_1013_and_has_place_again_when_a_reader_leaves()
    {
        await using var api = await shared.StartAnotherAsync(("Hub__MaxConnections", "1"));
        var only = await EventSocket.OpenAsync(api.Address, $"topic={_topic}");
        Assert.NotNull(await only.NextAsync());

        await using var refused = await EventSocket.OpenAsync(api.Address, $"topic={_topic}");
        Assert.Null(await refused.NextAsync());

        Assert.Equal(1013, refused.CloseCode);
        Assert.NotEqual("", refused.CloseReason);
        await only.CloseAsync();
        await only.DisposeAsync();
        for (var isOpen = false; !isOpen;)
        {
            await using var next = await EventSocket.OpenAsync(api.Address, $"topic={_topic}");
            isOpen = await next.NextAsync() is not null;
        }
    }

    [Theory]
    [InlineData(WebSocketMessageType.Text, 1)]
    [InlineData(WebSocketMessageType.Binary, 1)]
    [InlineData(WebSocketMessageType.Text, 0)]
    [InlineData(WebSocketMessageType.Binary, 1_000_000)]
    public async Task A_client_that_sends_a_message_is_told_that_nothing_is_read(WebSocketMessageType type, int bytes)
    {
        await using var socket = await OpenAsync();
        Assert.NotNull(await socket.NextAsync());

        await socket.SendAsync(new byte[bytes], type);
        await socket.EndAsync();

        Assert.Equal(1003, socket.CloseCode);
        Assert.Contains("POST /events", socket.CloseReason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://evil.example")]
    [InlineData("https://127.0.0.1")]
    [InlineData("null")]
    [InlineData("http://also-allowed.example.evil.example")]
    public async Task A_page_of_another_origin_may_not_open_one(string origin)
    {
        using var answer = await HandshakeAsync(("Origin", origin));

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        var problem = await answer.Content.ReadFromJsonAsync<JsonNode>(Cancellation);
        Assert.Equal("Origin", Assert.Single(problem!["errors"]!.AsObject()).Key);
    }

    [Fact]
    public async Task A_page_of_an_origin_on_the_list_or_of_the_api_itself_may_open_one()
    {
        foreach (var origin in (string[])["http://also-allowed.example", shared.Api.Address.GetLeftPart(UriPartial.Authority)])
        {
            await using var socket = await EventSocket.OpenAsync(shared.Api.Address, $"topic={_topic}", origin);
            Assert.NotNull(await socket.NextAsync());
        }
    }

    [Fact]
    public async Task A_request_that_is_no_handshake_is_told_what_is_expected()
    {
        foreach (var version in (string?[])[null, "8"])
        {
            using var answer = version is null
                ? await shared.Api.Client.GetAsync($"/events/websocket?topic={_topic}", Cancellation)
                : await HandshakeAsync(("Sec-WebSocket-Version", version));

            Assert.Equal(HttpStatusCode.UpgradeRequired, answer.StatusCode);
            Assert.Contains("websocket", answer.Headers.Upgrade.ToString(), StringComparison.Ordinal);
            Assert.Equal(["13"], answer.Headers.GetValues("Sec-WebSocket-Version"));
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        }
    }

    [Fact]
    public async Task Sockets_are_counted_while_they_are_open()
    {
        await using (var socket = await OpenAsync())
        {
            Assert.NotNull(await socket.NextAsync());
            Assert.True(await CountAsync() > 0);
        }

        while (await CountAsync() > 0)
        {
            await Task.Delay(20, Cancellation);
        }

        async Task<int> CountAsync() =>
            (int)(await shared.Api.Client.GetFromJsonAsync<JsonNode>("/stats", Cancellation))!["connections"]!["byTransport"]!["websocket"]!;
    }

    private Task<EventSocket> OpenAsync(string more = "") => EventSocket.OpenAsync(shared.Api.Address, $"topic={_topic}{more}");

    private async Task<HttpResponseMessage> HandshakeAsync((string Name, string Value) header)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/events/websocket?topic={_topic}");
        request.Headers.Add("Connection", "Upgrade");
        request.Headers.Add("Upgrade", "websocket");
        request.Headers.Add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        request.Headers.Add(header.Name, header.Value);
        if (header.Name != "Sec-WebSocket-Version")
        {
            request.Headers.Add("Sec-WebSocket-Version", "13");
        }

        return await shared.Api.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
    }

    private async Task<string?> PublishAsync(ServiceProcess api, string data)
    {
        using var content = JsonContent.Create(new { topic = _topic, data });
        using var answer = await api.Client.PostAsync("/events", content, Cancellation);
        answer.EnsureSuccessStatusCode();
        return (string?)(await answer.Content.ReadFromJsonAsync<JsonNode>(Cancellation))!["id"];
    }
}
