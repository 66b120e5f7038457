using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Playwright;
using SseAspire.Api.Tests;
using SseAspire.Testing;
using SseAspire.Web.Tests;
using static Microsoft.Playwright.Assertions;

namespace SseAspire.AppHost.Tests;

/// <summary>The application under Aspire's real orchestrator, with the real dashboard.</summary>
public sealed class RunningApplicationTests(RunningApplication application, Browser browser) : IClassFixture<RunningApplication>
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);

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
