using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using SseAspire.Testing;

namespace SseAspire.Producer.Tests;

/// <summary>What an operator may have a producer do, as a process.</summary>
public sealed class OperationsTests(EmbeddedBroker broker) : IClassFixture<EmbeddedBroker>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task A_burst_appends_as_many_events_as_asked_for_in_order()
    {
        await using var log = await OpenedLog.OpenAsync(broker.ConnectionString);
        await using var producer = await StartAsync(log, ("Operations__Enabled", "true"), ("Sources__Host__Enabled", "false"));

        Assert.Equal((1_000, true), await BurstAsync(""));
        Assert.Equal((1, true), await BurstAsync("?count=1"));

        var events = await log.ReadAllAsync(1_001);
        Assert.All(events, e => Assert.Equal(("burst", "burst"), (Assert.Single(e.Topics), e.Type)));
        Assert.Equal(
            [.. Enumerable.Range(1, 1_000).Select(number => $$"""{"number":{{number}},"of":1000}"""), """{"number":1,"of":1}"""],
            events.Select(e => Encoding.UTF8.GetString(e.Data.Span)));

        async Task<(int, bool)> BurstAsync(string query)
        {
            using var answer = await producer.Client.PostAsync($"/operations/burst{query}", null, Cancelled);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            var body = (await answer.Content.ReadFromJsonAsync<JsonNode>(Cancelled))!;
            return ((int)body["events"]!, (double)body["seconds"]! > 0);
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task A_wrong_count_is_named_and_nothing_is_appended()
    {
        await using var log = await OpenedLog.OpenAsync(broker.ConnectionString);
        await using var producer = await StartAsync(log, ("Operations__Enabled", "true"), ("Sources__Host__Enabled", "false"));

        foreach (var query in new[] { "count=0", "count=100001", "count=-1", "count=1.5", "count=many", "count=", "count=1&count=2" })
        {
            using var answer = await producer.Client.PostAsync($"/operations/burst?{query}", null, Cancelled);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
            var problem = await answer.Content.ReadFromJsonAsync<JsonNode>(Cancelled);
            Assert.Equal("count", Assert.Single(problem!["errors"]!.AsObject()).Key);
        }

        Assert.Empty(await log.ReadAllAsync());
    }

    [Fact(Timeout = 120_000)]
    public async Task A_web_page_operates_nothing()
    {
        await using var log = await OpenedLog.OpenAsync(broker.ConnectionString);
        await using var producer = await StartAsync(log, ("Operations__Enabled", "true"), ("Sources__Host__Enabled", "false"));

        foreach (var operation in (string[])["burst?count=1", "pause", "resume"])
        {
            foreach (var (name, value) in ((string, string)[])[("Origin", "http://evil.example"), ("Sec-Fetch-Site", "cross-site")])
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, $"/operations/{operation}") { Headers = { { name, value } } };
                using var answer = await producer.Client.SendAsync(request, Cancelled);
                Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
                Assert.Contains("Operations:Key", await answer.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
            }
        }

        Assert.Empty(await log.ReadAllAsync());
    }

    [Fact(Timeout = 120_000)]
    public async Task A_producer_that_pauses_says_so_since_when_and_goes_on_when_told()
    {
        await using var log = await OpenedLog.OpenAsync(broker.ConnectionString);
        await using var producer = await StartAsync(log, ("Operations__Enabled", "true"), ("Sources__Host__Interval", "00:00:00.100"));
        await log.ReadAllAsync(3);
        Assert.Equal(["status"], (await HealthAsync()).AsObject().Select(field => field.Key));

        var paused = await PostAsync("pause");
        var again = await PostAsync("pause");

        Assert.Equal("paused", (string?)paused["state"]);
        Assert.Equal((string?)paused["since"], (string?)again["since"]);
        var health = await HealthAsync();
        Assert.Equal(("Healthy", "paused"), ((string?)health["status"], (string?)health["description"]));
        Assert.Equal((DateTime)paused["since"]!, (DateTime)health["since"]!);
        // What was on its way arrives; then nothing for ten times the interval.
        int before;
        do
        {
            before = (await log.ReadAllAsync()).Count;
            await Task.Delay(1_000, Cancelled);
        }
        while ((await log.ReadAllAsync()).Count != before);

        Assert.Equal("""{"state":"running"}""", (await PostAsync("resume")).ToJsonString());
        Assert.Equal("""{"state":"running"}""", (await PostAsync("resume")).ToJsonString());
        await log.ReadAllAsync(before + 3);
        Assert.Equal(["status"], (await HealthAsync()).AsObject().Select(field => field.Key));
        Assert.Single(producer.Output.Split('\n'), line => line.Contains("The sources pause", StringComparison.Ordinal));
        Assert.Single(producer.Output.Split('\n'), line => line.Contains("The sources go on", StringComparison.Ordinal));

        async Task<JsonNode> PostAsync(string operation)
        {
            using var answer = await producer.Client.PostAsync($"/operations/{operation}", null, Cancelled);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            return (await answer.Content.ReadFromJsonAsync<JsonNode>(Cancelled))!;
        }

        async Task<JsonNode> HealthAsync() =>
            (await producer.Client.GetFromJsonAsync<JsonNode>("/health", Cancelled))!["checks"]!["sources"]!;
    }

    [Theory(Timeout = 120_000)]
    [InlineData("burst")]
    [InlineData("pause")]
    [InlineData("resume")]
    public async Task Operations_are_off_unless_switched_on_and_then_ask_for_the_key(string operation)
    {
        await using var log = await OpenedLog.OpenAsync(broker.ConnectionString);
        await using (var off = await StartAsync(log))
        {
            using var answer = await off.Client.PostAsync($"/operations/{operation}", null, Cancelled);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }

        await using var locked = await StartAsync(
            log, ("DOTNET_ENVIRONMENT", "Production"), ("Operations__Enabled", "true"), ("Operations__Key", "secret"));
        foreach (var (key, status) in new[] { (null, HttpStatusCode.Unauthorized), ("wrong", HttpStatusCode.Unauthorized), ("secret", HttpStatusCode.OK) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/operations/{operation}");
            request.Headers.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
            using var answer = await locked.Client.SendAsync(request, Cancelled);
            Assert.Equal(status, answer.StatusCode);
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task Outside_development_a_producer_does_not_start_with_operations_but_no_key_and_says_which()
    {
        await using var log = await OpenedLog.OpenAsync(broker.ConnectionString);

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => StartAsync(log, ("DOTNET_ENVIRONMENT", "Production"), ("Operations__Enabled", "true")));

        Assert.Contains("Operations__Key", refused.Message, StringComparison.Ordinal);
    }

    private Task<ServiceProcess> StartAsync(OpenedLog log, params (string, string)[] settings) =>
        ServiceProcess.StartAsync(
            "SseAspire.Producer",
            [("ConnectionStrings__broker", broker.ConnectionString), ("Log__Hub", log.Hub), ("Sources__Earthquakes__Enabled", "false"), .. settings]);
}
