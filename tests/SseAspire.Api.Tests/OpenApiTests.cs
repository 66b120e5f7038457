using Microsoft.OpenApi;

namespace SseAspire.Api.Tests;

/// <summary>The API describes itself.</summary>
[Collection(nameof(SharedApi))]
public sealed class OpenApiTests(SharedApi shared)
{
    [Fact]
    public async Task The_OpenApi_document_is_valid_and_describes_every_endpoint_and_field()
    {
        var json = await shared.Api.Client.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken);

        var (document, diagnostic) = OpenApiDocument.Parse(json, "json");

        Assert.Empty(diagnostic!.Errors);
        Assert.Equal(
            [
                "GET /events", "GET /events/clock", "GET /events/long-poll", "GET /events/poll", "GET /events/websocket",
                "GET /operations/meters", "GET /stats", "GET /stats/stream", "POST /events", "POST /events/receipts",
                "POST /operations/cut", "POST /operations/drain", "POST /operations/drop", "POST /operations/restart",
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
        Assert.Equal(["meter", "seconds"], ParametersOf("/operations/cut", HttpMethod.Post));
        Assert.Equal(["share"], ParametersOf("/operations/drop", HttpMethod.Post));
        Assert.Equal(["replica"], ParametersOf("/stats", HttpMethod.Get));
        Assert.All(
            document.Paths["/events"].Operations![HttpMethod.Post].RequestBody!.Content!,
            content => Assert.Equal(["topic", "data", "type", "id", "retry"], content.Value.Schema!.Properties!.Keys));

        IEnumerable<string?> ParametersOf(string path, HttpMethod method) =>
            document.Paths[path].Operations![method].Parameters!.Select(parameter => parameter.Name);
    }
}
