using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace SseAspire.Api.Tests;

/// <summary>A cursor in the query resumes, however a client spells it and however often it appends it.</summary>
[Collection(nameof(SharedApi))]
public sealed class QueryCursorTests(SharedApi shared)
{
    private readonly string _topic = $"cursor-{Guid.NewGuid():N}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Spellings =>
        ["lastEventId={0}", "lastEventID={0}", "last_event_id={0}", "Last-Event-ID={0}", "last-event-id={0}", "LASTEVENTID={0}", "_lastEventId={0}"];

    public static TheoryData<string> Repetitions =>
    [
        "lastEventId={1}&lastEventId={0}", "lastEventId=earliest&lastEventId={1}&lastEventId={0}", "lastEventId={1}&last_event_id={0}",
        // Appended by a client that has not received an id yet.
        "lastEventId={0}&lastEventId=",
    ];

    [Theory]
    [MemberData(nameof(Spellings))]
    [MemberData(nameof(Repetitions))]
    public async Task The_last_cursor_of_the_query_resumes_over_every_transport(string query)
    {
        var first = await PublishAsync("first");
        var second = await PublishAsync("second");
        await PublishAsync("third");
        var cursor = string.Format(System.Globalization.CultureInfo.InvariantCulture, query, second, first);

        await using var stream = await OpenStream.OpenAsync(shared.Api.Address, $"topic={_topic}&{cursor}");
        Assert.Equal("third", (await stream.NextAsync()).Data);
        await using var socket = await EventSocket.OpenAsync(shared.Api.Address, $"topic={_topic}&{cursor}");
        Assert.Equal("third", (string?)(await socket.NextEventAsync())!["data"]);
        foreach (var path in (string[])["poll", "long-poll"])
        {
            var page = await shared.Api.Client.GetFromJsonAsync<JsonNode>($"/events/{path}?topic={_topic}&{cursor}", Cancellation);
            Assert.Equal("third", (string?)Assert.Single(page!["events"]!.AsArray())!["data"]);
        }
    }

    [Theory]
    [InlineData("after={0}&after={1}", "second")]
    [InlineData("lastEventId={0}&after={1}", "second")]
    [InlineData("after={1}&lastEventId={0}", "first")]
    public async Task After_and_lastEventId_are_one_cursor(string query, string expected)
    {
        var ids = new[] { "earliest", await PublishAsync("first") };
        await PublishAsync("second");

        var page = await shared.Api.Client.GetFromJsonAsync<JsonNode>(
            $"/events/long-poll?topic={_topic}&{string.Format(System.Globalization.CultureInfo.InvariantCulture, query, ids)}", Cancellation);

        Assert.Equal(expected, (string?)page!["events"]![0]!["data"]);
    }

    [Fact]
    public async Task Fields_that_a_client_adds_of_its_own_are_ignored()
    {
        using var answer = await shared.Api.Client.GetAsync($"/events/poll?topic={_topic}&_=1795363132834&utm_source=x&token=y&r=0.5&padding=true&v=2", Cancellation);

        answer.EnsureSuccessStatusCode();
    }

    private async Task<string> PublishAsync(string data)
    {
        using var form = new FormUrlEncodedContent([new("topic", _topic), new("data", data)]);
        using var answer = await shared.Api.Client.PostAsync("/events", form, Cancellation);
        answer.EnsureSuccessStatusCode();
        return (string)(await answer.Content.ReadFromJsonAsync<JsonNode>(Cancellation))!["id"]!;
    }
}
