using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using SseAspire.Testing;

namespace SseAspire.Api.Tests;

/// <summary><c>GET /stats/stream</c>: what the hub is doing, once a second.</summary>
[Collection(nameof(SharedApi))]
public sealed class StatsStreamTests(SharedApi shared)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task The_document_comes_at_once_and_then_every_second()
    {
        await using var api = await shared.StartAnotherAsync();
        using var answer = await OpenAsync(api, "text/event-stream");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.ToString());
        Assert.True(answer.Headers.CacheControl?.NoStore);
        Assert.Equal(["no"], answer.Headers.GetValues("X-Accel-Buffering"));
        Assert.Equal(["?1"], answer.Headers.GetValues("Incremental"));
        await using var reader = await OpenStream.OpenAsync(api.Address, "topic=x");

        List<JsonNode> documents = [];
        var parser = SseParser.Create(await answer.Content.ReadAsStreamAsync(Cancellation));
        await foreach (var item in parser.EnumerateAsync(Cancellation))
        {
            Assert.Equal("stats", item.EventType);
            documents.Add(JsonNode.Parse(item.Data)!);
            if (documents.Count >= 5 && (int)documents[^1]["connections"]!["total"]! == 1)
            {
                break;
            }
        }

        Assert.InRange(parser.ReconnectionInterval, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3));
        Assert.True(TimeOf(documents[^1]) - TimeOf(documents[0]) > TimeSpan.FromSeconds(1));
        // What is read here is none of the streams that it tells of.
        Assert.Equal(1, (int)documents[^1]["connections"]!["opened"]!);
        Assert.Equal((await StatsAsync(api)).AsObject().Select(field => field.Key), documents[^1].AsObject().Select(field => field.Key));
    }

    [Fact(Timeout = 120_000)]
    public async Task It_counts_against_the_limit_of_streams_and_gives_its_place_back()
    {
        await using var api = await shared.StartAnotherAsync(("Hub__MaxConnections", "1"));
        using (await OpenAsync(api, "text/event-stream"))
        {
            using var browser = await OpenAsync(api, "text/event-stream");
            Assert.Equal(HttpStatusCode.OK, browser.StatusCode);
            Assert.Matches("^retry: [0-9]+\n\n$", await browser.Content.ReadAsStringAsync(Cancellation));
            using var program = await OpenAsync(api, "*/*");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, program.StatusCode);
        }

        for (var status = HttpStatusCode.ServiceUnavailable; status != HttpStatusCode.OK;)
        {
            using var next = await OpenAsync(api, "*/*");
            status = next.StatusCode;
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task An_api_that_is_asked_to_end_ends_it_between_documents_with_a_retry()
    {
        await using var api = await shared.StartAnotherAsync(("Hub__DrainTime", "00:00:00"));
        using var answer = await OpenAsync(api, "text/event-stream");
        using var stream = new StreamReader(await answer.Content.ReadAsStreamAsync(Cancellation));
        var wire = stream.ReadToEndAsync(Cancellation);

        Assert.Equal(0, await api.StopAsync(TimeSpan.FromSeconds(60)));

        Assert.Matches("^retry: [0-9]+\n(event: stats\ndata: .+\n\n)+retry: [0-9]+\n\n$", await wire);
    }

    private static async Task<HttpResponseMessage> OpenAsync(ServiceProcess api, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/stats/stream");
        request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse(accept));
        return await api.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
    }

    private static async Task<JsonNode> StatsAsync(ServiceProcess api) => JsonNode.Parse(await api.Client.GetStringAsync("/stats", Cancellation))!;

    private static DateTimeOffset TimeOf(JsonNode document) => DateTimeOffset.Parse((string)document["at"]!, CultureInfo.InvariantCulture);
}
