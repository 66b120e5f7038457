using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using SseAspire.Api.Hub;
using SseAspire.Api.Operations;
using SseAspire.Api.Telemetry;
using SseAspire.Broker;
using SseAspire.Testing;
using StackExchange.Redis;

namespace SseAspire.Api.Tests;

/// <summary><c>/health</c> tells what is wrong and since when; <c>/alive</c> only whether a restart would mend it.</summary>
public sealed class HealthTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 180_000)]
    public async Task While_Redis_is_away_health_says_since_when_and_not_where_it_is_and_the_process_stays_alive()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        await using var redis = await RedisServer.LaunchAsync(cancellationToken: Cancellation);
        await using var api = await ServiceProcess.StartApiAsync(redis.ConnectionString, ("Hub__MaxLag", "00:00:01"));
        var well = await AskAsync(api, HttpStatusCode.OK);
        Assert.Equal("Healthy", (string?)well["status"]);
        Assert.Equal(["hub", "log", "pulse", "redis", "self"], well["checks"]!.AsObject().Select(check => check.Key).Order(StringComparer.Ordinal));
        Assert.All(well["checks"]!.AsObject(), check => Assert.Equal(["status"], check.Value!.AsObject().Select(field => field.Key)));

        // The clock of the test is that of the API.
        var killed = DateTime.UtcNow;
        await redis.KillAsync();

        var away = await UntilAsync(api, HttpStatusCode.ServiceUnavailable, body => Check(body, "hub") == "Degraded");
        Assert.Equal("Unhealthy", Check(away, "redis"));
        Assert.Equal("Redis cannot be reached", (string?)away["checks"]!["redis"]!["description"]);
        Assert.StartsWith("lags", (string?)away["checks"]!["hub"]!["description"], StringComparison.Ordinal);
        var since = (DateTime)away["checks"]!["redis"]!["since"]!;
        Assert.InRange(since, killed, DateTime.UtcNow);
        Assert.InRange((DateTime)away["checks"]!["hub"]!["since"]!, killed.AddSeconds(-10), DateTime.UtcNow);
        Assert.DoesNotContain("127.0.0.1", away.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain($"{redis.Port}", away.ToJsonString(), StringComparison.Ordinal);
        var later = await AskAsync(api, HttpStatusCode.ServiceUnavailable);
        Assert.Equal(since, (DateTime)later["checks"]!["redis"]!["since"]!);
        using var alive = await api.Client.GetAsync("/alive", Cancellation);
        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);

        await redis.StartAsync(Cancellation);
        await UntilAsync(api, HttpStatusCode.OK, body => (string?)body["status"] == "Healthy");
    }

    [Fact(Timeout = 180_000)]
    public async Task A_hub_that_lags_is_degraded_and_still_served()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        await using var redis = await RedisServer.LaunchAsync(cancellationToken: Cancellation);
        await using var api = await ServiceProcess.StartApiAsync(redis.ConnectionString, ("Hub__MaxLag", "00:00:01"));
        await using var client = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        // Redis answers, but what it holds cannot be read.
        var log = new LogKeys("main").Log;
        await client.GetDatabase().KeyDeleteAsync(log);
        await client.GetDatabase().StringSetAsync(log, "no stream");

        var lagging = await UntilAsync(api, HttpStatusCode.OK, body => (string?)body["status"] == "Degraded");

        Assert.Equal("Healthy", Check(lagging, "redis"));
        Assert.Equal("Degraded", Check(lagging, "hub"));
        await client.GetDatabase().KeyDeleteAsync(log);
        await UntilAsync(api, HttpStatusCode.OK, body => (string?)body["status"] == "Healthy");
    }

    [Fact(Timeout = 180_000)]
    public async Task A_Redis_that_refuses_events_is_reported_to_the_publisher_at_once_and_by_health()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        await using var redis = await RedisServer.LaunchAsync(cancellationToken: Cancellation);
        await using var api = await ServiceProcess.StartApiAsync(redis.ConnectionString, ("Log__AppendTimeout", "00:01:00"));
        await using var operators = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        await operators.GetServers()[0].ExecuteAsync("CONFIG", "SET", "maxmemory", "1");

        // It does not wait for the minute that an append may take.
        using var refused = await PublishAsync(api).WaitAsync(TimeSpan.FromSeconds(10), Cancellation);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter);
        var problem = (await refused.Content.ReadFromJsonAsync<JsonNode>(Cancellation))!;
        Assert.Equal("The event log refuses.", (string?)problem["title"]);
        Assert.Contains("OOM", (string?)problem["detail"], StringComparison.Ordinal);
        var degraded = await AskAsync(api, HttpStatusCode.OK);
        Assert.Equal("Degraded", Check(degraded, "log"));
        Assert.StartsWith("refuses events: OOM", (string?)degraded["checks"]!["log"]!["description"], StringComparison.Ordinal);
        Assert.NotNull(degraded["checks"]!["log"]!["since"]);

        await operators.GetServers()[0].ExecuteAsync("CONFIG", "SET", "maxmemory", "0");
        Assert.Equal("Healthy", Check(await AskAsync(api, HttpStatusCode.OK), "log"));
        using var taken = await PublishAsync(api);
        Assert.Equal(HttpStatusCode.Created, taken.StatusCode);
    }

    [Fact(Timeout = 180_000)]
    public async Task An_api_that_begins_while_Redis_is_away_is_not_ready_before_it_follows_the_log()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        await using var redis = await RedisServer.LaunchAsync(cancellationToken: Cancellation);
        await using var api = await ServiceProcess.StartApiAsync(redis.ConnectionString);
        await redis.KillAsync();

        using var drained = await api.Client.PostAsync("/operations/drain", null, Cancellation);

        var waiting = await UntilAsync(
            api,
            HttpStatusCode.ServiceUnavailable,
            body => (string?)body["checks"]!["hub"]!["description"] == "does not follow the event log yet");
        Assert.True(waiting["checks"]!["redis"]!.AsObject().ContainsKey("since"));
        using var alive = await api.Client.GetAsync("/alive", Cancellation);
        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);
        await redis.StartAsync(Cancellation);
        await UntilAsync(api, HttpStatusCode.OK, body => (string?)body["status"] == "Healthy");
    }

    [Fact]
    public async Task A_process_whose_tail_or_clock_stands_still_is_to_be_restarted()
    {
        var time = new FakeTimeProvider();
        var options = Options.Create(new HubOptions());
        var window = new EventWindow(options.Value.WindowEvents, options.Value.WindowBytes);
        using var metrics = new HubMetrics(new TestMeters(), time);
        using var pages = new LogPages(null!, time);
        var hub = new EventHub(options, time, window, new LogReader(window, pages), metrics, new DeliverySpans(time), NullLogger<EventHub>.Instance);
        var pulse = new TailPulse(time);
        var check = new HubPulse(hub, pulse, time);
        await IsAsync(HealthStatus.Healthy, null);

        time.Advance(TimeSpan.FromMinutes(2));
        hub.Tick();
        await IsAsync(HealthStatus.Unhealthy, "the tail of the event log stands still");
        pulse.Turn();
        await IsAsync(HealthStatus.Healthy, null);

        time.Advance(TimeSpan.FromMinutes(2));
        pulse.Turn();
        await IsAsync(HealthStatus.Unhealthy, "the clock of the streams stands still");

        async Task IsAsync(HealthStatus status, string? description)
        {
            var result = await check.CheckHealthAsync(new HealthCheckContext(), Cancellation);
            Assert.Equal((status, description), (result.Status, result.Description));
        }
    }

    private static async Task<HttpResponseMessage> PublishAsync(ServiceProcess api)
    {
        using var form = new FormUrlEncodedContent([new("topic", "test"), new("data", "x")]);
        return await api.Client.PostAsync("/events", form, Cancellation);
    }

    private static string? Check(JsonNode body, string name) => (string?)body["checks"]![name]!["status"];

    private static async Task<JsonNode> AskAsync(ServiceProcess api, HttpStatusCode status)
    {
        using var answer = await api.Client.GetAsync("/health", Cancellation);
        Assert.Equal(status, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonNode>(Cancellation))!;
    }

    /// <summary>What it says as soon as it says what is waited for.</summary>
    private static async Task<JsonNode> UntilAsync(ServiceProcess api, HttpStatusCode status, Func<JsonNode, bool> holds)
    {
        while (true)
        {
            try
            {
                using var answer = await api.Client.GetAsync("/health", Cancellation);
                var body = (await answer.Content.ReadFromJsonAsync<JsonNode>(Cancellation))!;
                if (answer.StatusCode == status && holds(body))
                {
                    return body;
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            await Task.Delay(100, Cancellation);
        }
    }

    private sealed class TestMeters : System.Diagnostics.Metrics.IMeterFactory
    {
        public System.Diagnostics.Metrics.Meter Create(System.Diagnostics.Metrics.MeterOptions options) => new(options);

        public void Dispose()
        {
        }
    }
}
