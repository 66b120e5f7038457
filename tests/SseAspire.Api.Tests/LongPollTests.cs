using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using SseAspire.Testing;

namespace SseAspire.Api.Tests;

/// <summary>What a reader of <c>GET /events/long-poll</c> is given.</summary>
[Collection(nameof(SharedApi))]
public sealed class LongPollTests(SharedApi shared)
{
    private readonly string _topic = $"held-{Guid.NewGuid():N}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_is_held_until_an_event_comes_that_it_wants()
    {
        var held = AskAsync(shared.Api);
        await WaitUntilHeldAsync(shared.Api);
        await PublishAsync(shared.Api, "not wanted", $"{_topic}-other");
        // More than one answer looks through, so that it has to know where the wanted one is.
        for (var i = 0; i < 12; i++)
        {
            using var batch = await shared.Api.Client.PostAsJsonAsync(
                "/events", Enumerable.Range(0, 1_000).Select(n => new { topic = $"{_topic}-other", data = "x" }), Cancellation);
            batch.EnsureSuccessStatusCode();
        }

        Assert.False(held.IsCompleted);

        var id = await PublishAsync(shared.Api, "wanted");

        var page = await held;
        var only = Assert.Single(page["events"]!.AsArray())!;
        Assert.Equal(["id", "topic", "type", "at", "data"], only.AsObject().Select(field => field.Key));
        Assert.Equal((id, "wanted"), ((string?)only["id"], (string?)only["data"]));
        Assert.Equal(id, (string?)page["next"]);
        Assert.False(page.AsObject().ContainsKey("gap"));
    }

    [Fact]
    public async Task What_is_there_is_answered_at_once_as_much_as_was_asked_for()
    {
        string?[] ids = [await PublishAsync(shared.Api, "0"), await PublishAsync(shared.Api, "1"), await PublishAsync(shared.Api, "2")];
        var started = Stopwatch.GetTimestamp();

        var after = await AskAsync(shared.Api, $"&wait=60&limit=1&after={ids[0]}");
        await WaitUntilKnownAsync(shared.Api, ids[2]);
        var history = await AskAsync(shared.Api, "&wait=60&history=2");

        Assert.Equal(["1"], DataOf(after));
        Assert.Equal(ids[1], (string?)after["next"]);
        Assert.Equal(["1", "2"], DataOf(history));
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(50));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_wait_that_is_over_is_answered_with_how_far_the_hub_is(int wait)
    {
        var id = await PublishAsync(shared.Api, "not wanted", $"{_topic}-other");

        await WaitUntilKnownAsync(shared.Api, id);

        var page = await AskAsync(shared.Api, $"&wait={wait}");

        Assert.Empty(page["events"]!.AsArray());
        Assert.Equal(id, (string?)page["next"]);
    }

    [Fact]
    public async Task A_gap_is_answered_at_once()
    {
        await PublishAsync(shared.Api, "kept");

        var page = await AskAsync(shared.Api, "&after=1-1&wait=60");

        Assert.Null(page["gap"]!["missed"]);
        Assert.Equal(["kept"], DataOf(page["events"]!.AsArray() is [] ? await AskAsync(shared.Api, $"&after={page["next"]}") : page));
    }

    [Fact]
    public async Task A_reader_that_is_cut_again_and_again_gets_every_event_once_and_in_order()
    {
        const int Events = 600;
        var cursor = (string?)(await AskAsync(shared.Api, "&wait=0"))["next"];
        var publishing = new NumberedPublisher(_topic, () => shared.Api).RunAsync(Events, rate: 400, Cancellation);
        var cutting = CutAsync(publishing);
        var (data, failures) = (new List<string>(), 0);
        while (data.Count < Events)
        {
            try
            {
                var page = await AskAsync(shared.Api, $"&after={cursor}");
                Assert.False(page.AsObject().ContainsKey("gap"));
                data.AddRange(DataOf(page));
                cursor = (string?)page["next"];
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                failures++;
            }
        }

        await publishing;
        await cutting;
        Assert.Equal(Enumerable.Range(0, Events).Select(n => n.ToString(CultureInfo.InvariantCulture)), data);
        Assert.True(failures > 0, "nothing was cut");
    }

    [Fact]
    public async Task An_api_that_is_asked_to_end_answers_what_it_holds()
    {
        await using var api = await shared.StartAnotherAsync(("Hub__DrainTime", "00:00:01"));
        var held = AskAsync(api, "&wait=60");
        await WaitUntilHeldAsync(api);
        var id = await PublishAsync(api, "not wanted", $"{_topic}-other");
        await WaitUntilKnownAsync(api, id);

        Assert.Equal(0, await api.StopAsync(TimeSpan.FromSeconds(30)));

        var page = await held;
        Assert.Empty(page["events"]!.AsArray());
        Assert.Equal(id, (string?)page["next"]);
    }

    [Fact]
    public async Task A_full_hub_says_when_to_come_back()
    {
        await using var api = await shared.StartAnotherAsync(("Hub__MaxConnections", "1"));
        var held = AskAsync(api, "&wait=60");
        await WaitUntilHeldAsync(api);

        using var refused = await api.Client.GetAsync($"/events/long-poll?topic={_topic}&wait=0", Cancellation);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.True(refused.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);
        await PublishAsync(api, "x");
        Assert.Equal(["x"], DataOf(await held));
        // Its place is free again.
        while (true)
        {
            using var next = await api.Client.GetAsync($"/events/long-poll?topic={_topic}&wait=0", Cancellation);
            if (next.IsSuccessStatusCode)
            {
                return;
            }
        }
    }

    private static IEnumerable<string> DataOf(JsonNode page) => page["events"]!.AsArray().Select(item => (string)item!["data"]!);

    private async Task CutAsync(Task until)
    {
        while (!until.IsCompleted)
        {
            await WaitUntilHeldAsync(shared.Api, until);
            using var cut = await shared.Api.Client.PostAsync("/operations/drop", null, Cancellation);
            await Task.Delay(50, Cancellation);
        }
    }

    private static async Task WaitUntilHeldAsync(ServiceProcess api, Task? until = null)
    {
        while (until?.IsCompleted != true)
        {
            var stats = await api.Client.GetFromJsonAsync<JsonNode>("/stats", Cancellation);
            if ((int)stats!["connections"]!["byTransport"]!["long_poll"]! > 0)
            {
                return;
            }

            await Task.Delay(20, Cancellation);
        }
    }

    /// <summary>What is published is in the log at once, and a moment later in the hub.</summary>
    private async Task WaitUntilKnownAsync(ServiceProcess api, string? id)
    {
        while ((string?)(await api.Client.GetFromJsonAsync<JsonNode>($"/events/poll?topic={_topic}/nothing", Cancellation))!["next"] != id)
        {
            await Task.Delay(20, Cancellation);
        }
    }

    private async Task<JsonNode> AskAsync(ServiceProcess api, string more = "")
    {
        using var answer = await api.Client.GetAsync($"/events/long-poll?topic={_topic}{more}", Cancellation);
        answer.EnsureSuccessStatusCode();
        Assert.Equal("application/json; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        Assert.True(answer.Headers.CacheControl?.NoStore);
        return (await answer.Content.ReadFromJsonAsync<JsonNode>(Cancellation))!;
    }

    private async Task<string?> PublishAsync(ServiceProcess api, string data, string? topic = null)
    {
        using var form = new FormUrlEncodedContent([new("topic", topic ?? _topic), new("data", data)]);
        using var answer = await api.Client.PostAsync("/events", form, Cancellation);
        answer.EnsureSuccessStatusCode();
        return (string?)(await answer.Content.ReadFromJsonAsync<JsonNode>(Cancellation))!["id"];
    }
}
