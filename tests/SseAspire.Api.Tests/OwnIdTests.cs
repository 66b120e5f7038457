using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using SseAspire.Broker;
using SseAspire.Testing;
using StackExchange.Redis;

namespace SseAspire.Api.Tests;

/// <summary>Ids that publishers give: to publish again is safe, and a reader resumes from them, or is told that it cannot.</summary>
[Collection(nameof(SharedApi))]
public sealed class OwnIdTests(SharedApi shared, QuietApi quiet) : IClassFixture<QuietApi>
{
    private readonly string _topic = $"own-{Guid.NewGuid():N}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task To_publish_again_after_a_lost_answer_is_answered_with_the_first_id_and_delivers_nothing()
    {
        await using var stream = await OpenStream.OpenAsync(quiet.Api.Address, $"topic={_topic}");

        var first = await PublishAsync(quiet.Api, _topic, "once", "order-1");
        var again = await PublishAsync(quiet.Api, _topic, "once", "order-1");
        var other = await PublishAsync(quiet.Api, $"{_topic}/other", "another topic", "order-1");
        await PublishAsync(quiet.Api, _topic, "last");

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK, HttpStatusCode.Created), (first.Status, again.Status, other.Status));
        Assert.Equal(first.Id, again.Id);
        Assert.Equal(["once", "last"], (await stream.NextAsync(2)).Select(frame => frame.Data));
    }

    [Fact]
    public async Task A_batch_of_which_the_log_has_a_part_is_created_and_names_every_id()
    {
        var first = await PublishAsync(quiet.Api, _topic, "a", "a");
        object[] batch = [new { topic = _topic, data = "a", id = "a" }, new { topic = _topic, data = "b", id = "b" }];

        using var partly = await quiet.Api.Client.PostAsJsonAsync("/events", batch, Cancellation);
        using var again = await quiet.Api.Client.PostAsJsonAsync("/events", batch, Cancellation);

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK), (partly.StatusCode, again.StatusCode));
        var ids = await IdsAsync(partly);
        Assert.Equal(first.Id, ids[0]);
        Assert.Equal(ids, await IdsAsync(again));
    }

    [Theory]
    [InlineData("")]
    [InlineData("&topic=nobody")]
    [InlineData("&topic=nobody/*")]
    public async Task An_own_id_resumes_among_the_readers_own_topics_though_another_topic_has_the_same(string more)
    {
        await PublishAsync(quiet.Api, $"{_topic}/other", "another topic", "7");
        foreach (var number in Enumerable.Range(1, 9))
        {
            await PublishAsync(quiet.Api, _topic, $"{number}", $"{number}");
        }

        await using var stream = await OpenStream.OpenAsync(quiet.Api.Address, $"topic={_topic}{more}", resumeFrom: "7");

        // With the other topic's event it would begin with 1, on each resume.
        Assert.Equal(["8", "9"], (await stream.NextAsync(2)).Select(frame => frame.Data));
    }

    [Theory]
    [InlineData("Ж")]
    [InlineData("a\u001b[0m")]
    [InlineData("a\u007f")]
    [InlineData("a\u0085")]
    public async Task An_own_id_that_a_client_could_not_send_back_is_refused(string id)
    {
        using var form = new FormUrlEncodedContent([new("topic", _topic), new("data", "x"), new("id", id)]);
        using var answer = await quiet.Api.Client.PostAsync("/events", form, Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.NotNull((await answer.Content.ReadFromJsonAsync<JsonNode>(Cancellation))!["errors"]!["id"]);
    }

    public static TheoryData<string> Unknown =>
    [
        "never-published", "%FF", "%C3", "%E2%82", "%ED%A0%80", "%00", "%1B%5B0m", "%C2%85", "%", "%zz", "1-1%0D%0Adata:x", "%D0%96",
        new string('x', 257), new string('x', 30_000), "18446744073709551616-0", "1-18446744073709551616", "%20a%20",
    ];

    [Theory]
    [MemberData(nameof(Unknown))]
    public async Task An_id_that_cannot_be_resumed_from_is_a_gap_and_never_refused(string id)
    {
        await PublishAsync(quiet.Api, _topic, "kept");

        await using var stream = await OpenStream.OpenAsync(quiet.Api.Address, $"topic={_topic}&lastEventId={id}");
        Assert.Equal(["gap", "message"], (await stream.NextAsync(2)).Select(frame => frame.Type));
        foreach (var transport in (string[])["poll", "long-poll"])
        {
            using var answer = await quiet.Api.Client.GetAsync($"/events/{transport}?topic={_topic}&after={id}", Cancellation);
            var page = await answer.Content.ReadFromJsonAsync<JsonNode>(Cancellation);
            Assert.NotNull(page!["gap"]);
            Assert.Equal("kept", (string)Assert.Single(page["events"]!.AsArray())!["data"]!);
        }
    }

    [Theory]
    [InlineData("a\u00ffb")]
    [InlineData("a\u00e2\u0082")]
    [InlineData("a\tb")]
    [InlineData("a\u007fb")]
    [InlineData("99999999999999999999999-1")]
    public async Task A_Last_Event_ID_that_cannot_be_resumed_from_is_a_gap_and_never_refused(string latin1)
    {
        await PublishAsync(quiet.Api, _topic, "kept");
        using var http = await RawHttp.ConnectAsync(quiet.Api.Address, Cancellation);

        await http.SendAsync(
            Encoding.Latin1.GetBytes($"GET /events/poll?topic={_topic} HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: {latin1}\r\n\r\n"), false, Cancellation);

        var page = JsonNode.Parse((await http.ReadAnswerAsync(Cancellation))!.Body)!;
        Assert.NotNull(page["gap"]);
        Assert.Single(page["events"]!.AsArray());
    }

    [Fact]
    public async Task History_never_reaches_back_beyond_what_was_asked_for_when_an_epoch_has_just_begun()
    {
        var hub = $"test-{Guid.NewGuid():N}";
        // Most of the former epoch is in the log, and not in the window any more.
        await using var api = await shared.StartAnotherAsync(("Log__Hub", hub), ("Hub__WindowEvents", "1000"));
        await PublishManyAsync(api, 3_000);
        await using var redis = await ConnectionMultiplexer.ConnectAsync(shared.Broker);
        await redis.GetDatabase().KeyDeleteAsync(new LogKeys(hub).Epoch);
        await PublishAsync(api, _topic, "new");

        await using var stream = await OpenStream.OpenAsync(api.Address, $"topic={_topic}&history=1");
        await PublishAsync(api, _topic, "newer");

        Assert.Equal(["new", "newer"], (await stream.NextAsync(2)).Select(frame => frame.Data));
    }

    [Fact(Timeout = 180_000)]
    public async Task Unknown_own_ids_search_nothing_and_keep_nobody_waiting()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        await using var redis = await RedisServer.LaunchAsync(cancellationToken: Cancellation);
        await using var api = await ServiceProcess.StartApiAsync(redis.ConnectionString, SharedApi.Patience, ("Hub__WindowEvents", "1000"));
        await PublishAsync(api, _topic, "known", "known");
        await PublishManyAsync(api, 20_000);
        await using var operators = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        var server = operators.GetServers()[0];
        await server.ExecuteAsync("CONFIG", "RESETSTAT");

        var strangers = Enumerable.Range(0, 100)
            .Select(i => api.Client.GetAsync($"/events/poll?topic=nobody&limit=1&after=unknown-{i}", Cancellation)).ToList();
        using var known = await api.Client.GetAsync($"/events/poll?topic={_topic}&limit=1&after=known", Cancellation);
        foreach (var stranger in strangers)
        {
            using var answer = await stranger;
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        var page = (await known.Content.ReadFromJsonAsync<JsonNode>(Cancellation))!;
        Assert.Null(page["gap"]);
        Assert.Equal("0", (string)Assert.Single(page["events"]!.AsArray())!["data"]!);
        var commands = ((string)(await server.ExecuteAsync("INFO", "commandstats"))!).Split('\n');
        // One look-up each. What they then read is the log, for the events that they may have missed: pages that they share.
        Assert.InRange(Calls(commands, "zrangebylex"), 101, 110);
        Assert.InRange(Calls(commands, "xrange"), 1, 400);
    }

    private static int Calls(string[] commands, string name) =>
        commands.Where(line => line.StartsWith($"cmdstat_{name}:", StringComparison.Ordinal))
            .Select(line => int.Parse(line.Split("calls=")[1].Split(',')[0], System.Globalization.CultureInfo.InvariantCulture)).SingleOrDefault();

    private async Task PublishManyAsync(ServiceProcess api, int count)
    {
        foreach (var numbers in Enumerable.Range(0, count).Chunk(1_000))
        {
            using var answer = await api.Client.PostAsJsonAsync("/events", numbers.Select(i => new { topic = _topic, data = $"{i}" }), Cancellation);
            Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        }
    }

    private static async Task<(HttpStatusCode Status, string Id)> PublishAsync(ServiceProcess api, string topic, string data, string? id = null)
    {
        using var form = new FormUrlEncodedContent([new("topic", topic), new("data", data), .. id is null ? [] : (KeyValuePair<string, string>[])[new("id", id)]]);
        using var answer = await api.Client.PostAsync("/events", form, Cancellation);
        return (answer.StatusCode, (string)(await answer.Content.ReadFromJsonAsync<JsonNode>(Cancellation))!["id"]!);
    }

    private static async Task<string[]> IdsAsync(HttpResponseMessage answer) =>
        [.. (await answer.Content.ReadFromJsonAsync<JsonNode>(Cancellation))!["ids"]!.AsArray().Select(id => (string)id!)];
}
