using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Playwright;
using SseAspire.Api.Tests;
using SseAspire.Testing;
using SseAspire.Web.Tests;
using StackExchange.Redis;
using static Microsoft.Playwright.Assertions;

namespace SseAspire.AppHost.Tests;

/// <summary>The application under Aspire's real orchestrator, with the real dashboard.</summary>
public sealed class RunningApplicationTests(RunningApplication application, Browser browser) : IClassFixture<RunningApplication>
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);

    /// <summary>What the AppHost tells the services.</summary>
    private string BrokerConnection =>
        application.Instances("producer")[0].Snapshot.EnvironmentVariables.Single(variable => variable.Name == "ConnectionStrings__broker").Value!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_part_is_healthy_and_each_hub_has_two_replicas()
    {
        Assert.Equal(2, application.Instances("api").Count);
        Assert.Equal(2, application.Instances("demonstration").Count);
        Assert.All(RunningApplication.Parts.SelectMany(part => application.Instances(part)), instance =>
        {
            Assert.Equal(KnownResourceStates.Running, instance.Snapshot.State?.Text);
            Assert.Equal(HealthStatus.Healthy, instance.Snapshot.HealthStatus);
        });
    }

    [Fact]
    public async Task An_event_of_the_producer_reaches_a_reader_through_the_published_endpoint()
    {
        await using var stream = await OpenStream.OpenAsync(application.Api, "topic=status/host");

        var frame = await stream.NextAsync();

        Assert.Equal("host", frame.Type);
        Assert.NotNull(JsonNode.Parse(frame.Data)!["cpu"]);
    }

    [Fact]
    public async Task A_reader_resumes_on_the_other_replica_after_the_orchestrator_stopped_its_own()
    {
        const string Topic = "handover/orders";
        await using var first = await OpenStream.OpenAsync(application.Api, $"topic={Topic}");
        await application.PublishAsync(Topic, "1");
        Assert.Equal("1", (await first.NextAsync()).Data);
        var replica = await ReplicaThatServesAsync(Topic);

        var stopped = await application.ExecuteAsync(replica, KnownResourceCommands.StopCommand);
        try
        {
            Assert.True(stopped.Success, stopped.Message);
            // Ended by the hub on an event boundary, with the time to wait, and not cut by the proxy.
            await first.Ended;
            Assert.NotNull(first.Retry);
            await application.PublishAsync(Topic, "2");
            await using var second = await OpenStream.OpenAsync(application.Api, $"topic={Topic}", first.LastEventId);
            await application.PublishAsync(Topic, "3");

            Assert.Equal(["2", "3"], (await second.NextAsync(2)).Select(frame => frame.Data));
            Assert.NotEqual(replica.ResourceId, (await ReplicaThatServesAsync(Topic)).ResourceId);
        }
        finally
        {
            await application.ExecuteAsync(replica, KnownResourceCommands.StartCommand);
            await application.HealthyAsync();
        }
    }

    [Fact]
    public async Task Drop_cuts_the_streams_of_every_replica()
    {
        await using var stream = await OpenStream.OpenAsync(application.Api, "topic=commands/drop");

        var result = await application.ExecuteAsync(application.Instances("api")[0], "drop");

        Assert.True(result.Success, result.Message);
        Assert.Matches(@"^2 replicas dropped [1-9]\d* streams? in all\.$", result.Message);
        await stream.Ended;
    }

    [Fact]
    public async Task Drain_closes_the_streams_of_one_replica_which_then_starts_again()
    {
        var replica = application.Instances("api")[1];

        var result = await application.ExecuteAsync(replica, "drain");

        Assert.True(result.Success, result.Message);
        Assert.StartsWith("Replica ", result.Message, StringComparison.Ordinal);
        // In the same process: the orchestrator never sees it stop.
        using var http = new HttpClient { BaseAddress = RunningApplication.OwnAddress(replica) };
        await UntilAsync("the replica is healthy again", async () =>
        {
            try
            {
                using var answer = await http.GetAsync(new Uri("/health", UriKind.Relative), Cancelled);
                return answer.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
    }

    [Fact]
    public async Task Burst_appends_a_thousand_events()
    {
        await using var stream = await OpenStream.OpenAsync(application.Api, "topic=burst");

        var result = await application.ExecuteAsync(application.Instances("producer")[0], "burst");

        Assert.True(result.Success, result.Message);
        Assert.StartsWith("1000 events were appended in ", result.Message, StringComparison.Ordinal);
        Assert.Equal(1000, (await stream.NextAsync(1000)).Count);
    }

    [Fact]
    public async Task Pause_stops_the_sources_and_resume_continues_them()
    {
        var producer = application.Instances("producer")[0];

        var paused = await application.ExecuteAsync(producer, "pause");

        Assert.True(paused.Success, paused.Message);
        await using (var stream = await OpenStream.OpenAsync(application.Api, "topic=status/host"))
        {
            await Task.Delay(TimeSpan.FromSeconds(3), Cancelled);
            var resumed = await application.ExecuteAsync(producer, "resume");
            Assert.Equal((true, "The sources are running."), (resumed.Success, resumed.Message));
            // While paused there was nothing: the first event is one of after the resume.
            var frame = await stream.NextAsync();
            Assert.Equal("host", frame.Type);
        }
    }

    [Fact]
    public async Task The_dashboard_shows_one_trace_from_the_producer_over_both_replicas_into_the_browser()
    {
        var page = await browser.NewPageAsync();
        await page.GotoAsync(application.Web.ToString(), new() { WaitUntil = WaitUntilState.DOMContentLoaded });

        await UntilAsync("a trace publish, deliver, deliver, receive", async () =>
        {
            var traces = (await SpansAsync())
                .GroupBy(span => (string)span["traceId"]!)
                .Select(trace => trace.Select(span => (string)span["name"]!).Order(StringComparer.Ordinal).ToArray());
            return traces.Any(names => names is ["deliver status/host", "deliver status/host", "publish status/host", "receive status/host"]);
        });
    }

    [Fact]
    public async Task The_dashboard_shows_the_instruments_of_the_hub()
    {
        await using var stream = await OpenStream.OpenAsync(application.Api, "topic=status/host");
        var page = await browser.NewPageAsync();

        await page.GotoAsync(new Uri(application.Dashboard, "/metrics/resource/api").ToString());

        foreach (var instrument in (string[])["sse.connections.active", "sse.events.delivered", "sse.delivery.latency", "sse.window.events"])
        {
            await Expect(page.GetByText(instrument, new() { Exact = true }).First).ToBeVisibleAsync();
        }
    }

    [Fact]
    public async Task The_hub_page_says_that_the_log_ends_with_the_embedded_broker()
    {
        using var http = new HttpClient { DefaultRequestHeaders = { { "Accept-Language", "en" } } };

        var page = await http.GetStringAsync(new Uri(application.Web, "/hub"), Cancelled);

        Assert.Contains("it keeps the log in memory, and the log ends with it", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_password_of_the_embedded_broker_is_shown_in_clear_text_nowhere()
    {
        var password = BrokerConnection.Split("password=")[1];
        var page = await browser.NewPageAsync();
        foreach (var part in RunningApplication.Parts)
        {
            await page.GotoAsync(new Uri(application.Dashboard, $"/?resource={part}").ToString());
            await Expect(page.GetByText(part).First).ToBeVisibleAsync();
            Assert.DoesNotContain(password, await page.ContentAsync(), StringComparison.Ordinal);
        }

        Assert.All(
            RunningApplication.Parts.SelectMany(application.Instances).SelectMany(instance => instance.Snapshot.Properties)
                .Where(property => property.Value?.ToString()?.Contains(password, StringComparison.Ordinal) == true),
            property => Assert.True(property.IsSensitive, property.Name));
        var logs = await application.DashboardAsync("/api/telemetry/logs");
        Assert.DoesNotContain(password, logs.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_web_page_that_even_knows_the_password_cannot_write_into_the_embedded_broker()
    {
        var options = ConfigurationOptions.Parse(BrokerConnection);
        var page = await browser.NewPageAsync();
        await page.GotoAsync(new Uri(application.Api, "/stats").ToString());

        var answer = await page.EvaluateAsync<string>(
            "([address, body]) => fetch(address, { method: 'POST', mode: 'no-cors', body }).then(() => 'answered', error => error.name)",
            new[] { $"http://localhost:{((DnsEndPoint)options.EndPoints[0]).Port}/", $"*2\r\n$4\r\nAUTH\r\n$64\r\n{options.Password}\r\n*3\r\n$3\r\nSET\r\n$8\r\nweb-page\r\n$1\r\n1\r\n" });

        Assert.Equal("TypeError", answer);
        await using var redis = await ConnectionMultiplexer.ConnectAsync(options);
        Assert.False(await redis.GetDatabase().KeyExistsAsync("web-page"));
    }

    [Fact]
    public async Task A_web_page_of_another_origin_cannot_publish_and_the_front_end_s_can()
    {
        const string Topic = "cross-site/orders";
        await using var stream = await OpenStream.OpenAsync(application.Api, $"topic={Topic}");

        Assert.Equal("opaque 0", await PublishAsync(RunningApplication.OwnAddress(application.Instances("producer")[0]), "foreign", "no-cors"));
        Assert.Equal("cors 201", await PublishAsync(application.Web, "own", "cors"));

        Assert.Equal("own", (await stream.NextAsync()).Data);

        async Task<string> PublishAsync(Uri from, string data, string mode)
        {
            var page = await browser.NewPageAsync();
            // A page of the server itself: of one that a test puts in its place the browser does not know that it is local.
            await page.GotoAsync(new Uri(from, "/alive").ToString());
            return await page.EvaluateAsync<string>(
                """
                ([address, topic, data, mode]) => fetch(address, { method: 'POST', mode, body: new URLSearchParams({ topic, data }) })
                  .then(answer => `${answer.type} ${answer.status}`)
                """,
                new[] { new Uri(application.Api, "/events").ToString(), Topic, data, mode });
        }
    }

    [Fact]
    public async Task Through_the_orchestrator_s_proxy_a_foreign_name_is_not_answered()
    {
        using var http = new HttpClient();
        foreach (var address in (Uri[])[application.Api, application.Web])
        {
            using var foreign = new HttpRequestMessage(HttpMethod.Get, new Uri(address, "/alive")) { Headers = { Host = $"evil.example:{address.Port}" } };
            using var own = new HttpRequestMessage(HttpMethod.Get, new Uri(address, "/alive")) { Headers = { Host = $"web.dev.localhost:{address.Port}" } };

            Assert.Equal(HttpStatusCode.BadRequest, (await http.SendAsync(foreign, Cancelled)).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await http.SendAsync(own, Cancelled)).StatusCode);
        }
    }

    [Fact]
    public void No_resource_of_the_dashboard_refers_back_to_one_that_refers_to_it()
    {
        var relationships = RunningApplication.Parts
            .SelectMany(part => application.Instances(part).SelectMany(instance => instance.Snapshot.Relationships.Select(other => (part, other.ResourceName))))
            .ToHashSet();

        Assert.Contains(("web", "api"), relationships);
        Assert.Contains(("web", "demonstration"), relationships);
        Assert.DoesNotContain(relationships, pair => relationships.Contains((pair.ResourceName, pair.part)));
    }

    [Fact]
    public async Task No_part_logs_an_error_or_connection_noise()
    {
        var logs = await application.DashboardAsync("/api/telemetry/logs");

        var noise = logs["data"]!["resourceLogs"]!.AsArray()
            .SelectMany(resource => resource!["scopeLogs"]!.AsArray())
            .SelectMany(scope => scope!["logRecords"]!.AsArray().Select(record => (Category: (string?)scope["scope"]?["name"], Record: record!)))
            .Where(log => (int?)log.Record["severityNumber"] >= 17
                || log.Category is { } category && (category.StartsWith("StackExchange.Redis", StringComparison.Ordinal) || category.StartsWith("System.Net.Http.HttpClient", StringComparison.Ordinal)))
            .Select(log => $"{log.Category}: {log.Record["body"]}");
        Assert.Empty(noise);
    }

    private async Task<IEnumerable<JsonNode>> SpansAsync() =>
        ((await application.DashboardAsync("/api/telemetry/spans"))["data"]!["resourceSpans"]!.AsArray())
            .SelectMany(resource => resource!["scopeSpans"]!.AsArray())
            .SelectMany(scope => scope!["spans"]!.AsArray())
            .Select(span => span!);

    private async Task<ResourceEvent> ReplicaThatServesAsync(string topic)
    {
        ResourceEvent? serving = null;
        await UntilAsync($"a replica that serves {topic}", async () =>
        {
            foreach (var instance in application.Instances("api"))
            {
                using var http = new HttpClient { BaseAddress = RunningApplication.OwnAddress(instance) };
                try
                {
                    var stats = (await http.GetFromJsonAsync<JsonNode>("/stats?replica=self", Cancelled))!;
                    if (stats["connections"]!["byTopic"]?[topic] is { } readers && (int)readers > 0)
                    {
                        serving = instance;
                        return true;
                    }
                }
                catch (HttpRequestException)
                {
                    // It has been stopped.
                }
            }

            return false;
        });
        return serving!;
    }

    private static async Task UntilAsync(string what, Func<Task<bool>> holds)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        timeout.CancelAfter(Timeout);
        while (!await holds())
        {
            Assert.False(timeout.IsCancellationRequested, $"{what}: not within {Timeout}.");
            await Task.Delay(200, Cancelled);
        }
    }
}
