using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace SseAspire.Api.Tests;

/// <summary>The API describes itself.</summary>
[Collection(nameof(SharedApi))]
public sealed class OpenApiTests(SharedApi shared)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_OpenApi_document_is_valid_and_describes_every_endpoint_and_field()
    {
        var json = await shared.Api.Client.GetStringAsync("/openapi/v1.json", Cancellation);

        var (document, diagnostic) = OpenApiDocument.Parse(json, "json");

        Assert.Empty(diagnostic!.Errors);
        Assert.Equal(
            [
                "GET /events", "GET /events/clock", "GET /events/long-poll", "GET /events/poll", "GET /events/websocket",
                "GET /operations/meters", "GET /stats", "GET /stats/stream", "POST /events", "POST /events/receipts",
                "POST /operations/cut", "POST /operations/drain", "POST /operations/drop", "POST /operations/meters", "POST /operations/restart",
            ],
            document!.Paths.SelectMany(path => path.Value.Operations!.Keys.Select(method => $"{method} {path.Key}")).Order(StringComparer.Ordinal));
        Assert.Equal(["topic", "lastEventId", "Last-Event-ID", "history", "envelope", "heartbeat", "meter"], ParametersOf("/events", HttpMethod.Get));
        Assert.Equal(["topic", "after", "Last-Event-ID", "history", "limit", "meter"], ParametersOf("/events/poll", HttpMethod.Get));
        Assert.Equal(["topic", "after", "Last-Event-ID", "history", "limit", "wait", "meter"], ParametersOf("/events/long-poll", HttpMethod.Get));
        Assert.Equal(["topic", "after", "Last-Event-ID", "history", "meter"], ParametersOf("/events/websocket", HttpMethod.Get));
        Assert.All(
            (string[])["1001", "1003", "1008", "1012", "1013", "\"gap\"", "\"next\""],
            word => Assert.Contains(word, document.Paths["/events/websocket"].Operations![HttpMethod.Get].Description, StringComparison.Ordinal));
        Assert.Equal(["meter"], ParametersOf("/operations/meters", HttpMethod.Get));
        Assert.Equal(["meter"], ParametersOf("/operations/meters", HttpMethod.Post));
        Assert.Equal(["meter", "seconds"], ParametersOf("/operations/cut", HttpMethod.Post));
        Assert.Equal(["share"], ParametersOf("/operations/drop", HttpMethod.Post));
        Assert.Equal(["replica"], ParametersOf("/stats", HttpMethod.Get));
        Assert.All(
            document.Paths["/events"].Operations![HttpMethod.Post].RequestBody!.Content!,
            content => Assert.Equal(["topic", "data", "type", "id", "retry"], content.Value.Schema!.Properties!.Keys));

        using var request = new HttpRequestMessage(HttpMethod.Get, "/openapi/v1.json") { Headers = { Host = "evil.localhost" } };
        using var answer = await shared.Api.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.DoesNotContain("evil.localhost", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);

        IEnumerable<string?> ParametersOf(string path, HttpMethod method) =>
            document.Paths[path].Operations![method].Parameters!.Select(parameter => parameter.Name);
    }

    [Fact]
    public async Task The_document_is_generated_once_and_costs_no_more_than_any_small_answer()
    {
        const int Requests = 200;
        foreach (var path in (string[])["/openapi/v1.json", "/events/clock"])
        {
            for (var i = 0; i < 20; i++)
            {
                await shared.Api.Client.GetByteArrayAsync(path, Cancellation);
            }
        }

        var document = await CpuOfAsync("/openapi/v1.json");
        var clock = await CpuOfAsync("/events/clock");

        TestContext.Current.TestOutputHelper!.WriteLine($"{Requests} documents took {document:F2} s of CPU, as many clocks {clock:F2} s");
        // Sending 20 KB costs more than sending 20 bytes; generating them costs 20 times as much.
        Assert.InRange(document, 0, 5 * clock + 0.2);

        async Task<double> CpuOfAsync(string path)
        {
            var before = await ReadCpuAsync();
            for (var i = 0; i < Requests; i++)
            {
                await shared.Api.Client.GetByteArrayAsync(path, Cancellation);
            }

            return await ReadCpuAsync() - before;
        }

        async Task<double> ReadCpuAsync() =>
            (double)(await shared.Api.Client.GetFromJsonAsync<JsonNode>("/operations/meters?meter=a", Cancellation))!["cpuSeconds"]!;
    }

    [Fact]
    public async Task The_document_is_the_same_for_every_host_and_is_not_sent_again_to_who_has_it()
    {
        var client = shared.Api.Client;
        using var first = await client.GetAsync("/openapi/v1.json", Cancellation);
        using var foreign = new HttpRequestMessage(HttpMethod.Get, "/openapi/v1.json") { Headers = { Host = "evil.localhost" } };
        using var second = await client.SendAsync(foreign, Cancellation);
        using var conditional = new HttpRequestMessage(HttpMethod.Get, "/openapi/v1.json") { Headers = { IfNoneMatch = { first.Headers.ETag! } } };
        using var third = await client.SendAsync(conditional, Cancellation);

        Assert.NotNull(first.Headers.ETag);
        Assert.Equal(first.Headers.ETag, second.Headers.ETag);
        var body = await second.Content.ReadAsStringAsync(Cancellation);
        Assert.Equal(await first.Content.ReadAsStringAsync(Cancellation), body);
        Assert.DoesNotContain("evil.localhost", body, StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1", body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotModified, third.StatusCode);
        Assert.Empty(await third.Content.ReadAsByteArrayAsync(Cancellation));
    }
}
