using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace SseAspire.Web.Tests;

/// <summary>The lab's runs: what they count is true, and what breaks them is said.</summary>
public sealed partial class CompareTests(BrowsersAloneFixture fixture, Browser browser) : IClassFixture<BrowsersAloneFixture>
{
    private readonly Site _site = fixture.Site;

    [Fact]
    public async Task A_run_through_a_cut_loses_nothing_and_its_bytes_are_those_on_the_wire()
    {
        const double Interval = 0.9;
        var page = await browser.NewPageAsync();
        await page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        var run = await LabRun.OpenAsync(_site, page, $"rate=5&seconds=30&cut=5&interval={Interval}");
        var (toServer, toClient) = (_site.Cable.BytesToServer, _site.Cable.BytesToClient);

        await run.StartAsync();
        await run.WaitForEventsAsync(40);
        await page.GetByRole(AriaRole.Button, new() { Name = "Cut the network" }).ClickAsync();
        await Expect(run.State).ToHaveTextAsync(new Regex(@"^The network is cut for \d s more\.$"));
        var lanes = await run.EndAsync();

        Assert.All(LabRun.Lanes, name =>
        {
            var lane = lanes.GetProperty(name);
            Assert.Equal((name, 150, 0, 0), (name, Number(lane, "received"), Number(lane, "lost"), Number(lane, "twice")));
            Assert.True(Number(lane, "caughtUp") > 0, $"{name} was not cut");
            Assert.InRange(Number(lane, "recovery"), 0, 20_000);
            Assert.True(Number(lane, "connections") >= 2, $"{name} did not connect again");
        });
        AssertWithin(0.01, _site.Cable.BytesToServer - toServer, LabRun.Lanes.Sum(name => Number(lanes.GetProperty(name), "bytesIn")));
        AssertWithin(0.01, _site.Cable.BytesToClient - toClient, LabRun.Lanes.Sum(name => Number(lanes.GetProperty(name), "bytesOut")));
        // What polling adds to the delay that a busy machine has anyway.
        AssertWithin(0.35, Interval / 2 * 1_000, Number(lanes.GetProperty("poll"), "mean") - Number(lanes.GetProperty("sse"), "mean"));

        await AssertCopiedAsync(page, lanes);
    }

    [Fact]
    public async Task A_run_is_counted_though_strangers_have_named_more_meters_than_there_are_places()
    {
        for (var i = 0; i < 300; i++)
        {
            using var answer = await _site.Api.Client.GetAsync(
                new Uri($"/events/poll?topic=stranger&meter=stranger{i}", UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        var run = await LabRun.OpenAsync(_site, await browser.NewPageAsync(), "rate=5&seconds=5");
        await run.StartAsync();
        var lanes = await run.EndAsync();

        Assert.All(LabRun.Lanes, name => Assert.True(Number(lanes.GetProperty(name), "bytesOut") > 1_000, $"{name} is not counted"));
    }

    [Fact]
    public async Task Virtual_readers_give_what_serving_costs_over_each_transport()
    {
        var run = await LabRun.OpenAsync(_site, await browser.NewPageAsync(), "rate=20&seconds=12&readers=400");

        await run.StartAsync();
        await Expect(run.State).ToHaveTextAsync(new Regex(@"Virtual readers: WebSocket\.$"));
        var lanes = await run.EndAsync();

        Assert.All(LabRun.Lanes, name => Assert.InRange(Number(lanes.GetProperty(name), "cpu"), 1e-6, 10));
        await Expect(run.Figure("longPoll", "cpu")).ToHaveTextAsync(Milliseconds());
    }

    [Fact]
    public async Task At_two_hundred_events_a_second_in_each_lane_no_task_takes_longer_than_50_ms()
    {
        var page = await browser.NewPageAsync();
        var run = await LabRun.OpenAsync(_site, page, "rate=200&seconds=8");
        await run.StartAsync();
        await run.WaitForEventsAsync(200);

        var tasks = await MainThreadTasks.RecordAsync(page, TimeSpan.FromSeconds(4));
        var lanes = await run.EndAsync();

        Assert.True(tasks.Count > 100, $"only {tasks.Count} tasks were seen");
        Assert.InRange(tasks.Max(), 0, 50);
        Assert.All(LabRun.Lanes, name => Assert.Equal(0, Number(lanes.GetProperty(name), "lost")));
    }

    [Fact]
    public async Task Wrong_settings_are_named_and_kept()
    {
        var page = await browser.NewPageAsync();
        var answer = await page.GotoAsync(new Uri(_site.Web.Address, "/compare?rate=500&size=much&seconds=7").ToString());

        Assert.Equal((int)HttpStatusCode.BadRequest, answer!.Status);
        await Expect(page.Locator("#rate-error")).ToHaveTextAsync("Events: a number from 0.2 to 200.");
        await Expect(page.Locator("#size-error")).ToHaveTextAsync("Size of an event: a whole number from 48 to 16384.");
        await Expect(page.Locator("#rate")).ToHaveValueAsync("500");
        await Expect(page.Locator("#seconds")).ToHaveValueAsync("7");

        // What is put right is taken, and stands in the address; what does not go together is named.
        await page.Locator("#rate").FillAsync("200");
        await page.Locator("#size").FillAsync("1000");
        await page.Locator("#readers").FillAsync("2000");
        await Expect(page).ToHaveURLAsync(new Regex(@"/compare\?rate=200&size=1000&seconds=7&interval=1&readers=2000&cut=5$"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Start the run" }).ClickAsync();

        await Expect(page.Locator("#readers-error")).ToHaveTextAsync("Virtual readers: at most 100 with this many events of this size.");
        await Expect(page.Locator("#rate-error")).ToBeEmptyAsync();
        await Expect(page.Locator("#readers")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task One_tab_at_a_time_runs_and_a_run_is_stopped_by_a_button()
    {
        var page = await browser.NewPageAsync();
        var run = await LabRun.OpenAsync(_site, page, "seconds=60");
        var other = await page.RunAndWaitForPopupAsync(() => page.EvaluateAsync("void open(location.href)"));
        var second = await LabRun.OpenAsync(_site, other, "seconds=5");

        await run.StartAsync();
        await run.WaitForEventsAsync(3);
        await second.StartAsync();
        await Expect(second.State).ToHaveTextAsync(new Regex("^A run is on in another tab of this browser."));

        await page.BringToFrontAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop" }).ClickAsync();
        var lanes = await run.EndAsync();
        Assert.InRange(Number(lanes.GetProperty("sse"), "received"), 3, 200);
        Assert.Equal(0, Number(lanes.GetProperty("sse"), "lost"));
    }

    [Fact]
    public async Task While_the_api_is_away_the_lab_says_so_and_its_run_goes_on_when_it_is_back()
    {
        await using var site = await Site.StartAsync();
        var run = await LabRun.OpenAsync(site, await browser.NewPageAsync(), "rate=10&seconds=20");
        await run.StartAsync();
        await run.WaitForEventsAsync(20);

        await site.Api.KillAsync();
        await Expect(run.State).ToHaveTextAsync("The hub is away; the lanes keep trying.");
        await site.Api.StartAsync();
        var lanes = await run.EndAsync();
        Assert.All(LabRun.Lanes, name => Assert.Equal((name, 0, 0), (name, Number(lanes.GetProperty(name), "lost"), Number(lanes.GetProperty(name), "twice"))));

        // Asked to start while the hub is away, it starts as soon as it is back.
        await site.Api.KillAsync();
        await run.StartAsync();
        await Expect(run.State).ToHaveTextAsync(new Regex(@"^The hub is away; trying again in \d+ s\.$"));
        await site.Api.StartAsync();
        await run.WaitForEventsAsync(1);
    }

    [Fact]
    public async Task Where_operations_are_off_events_and_delays_are_measured_all_the_same()
    {
        await using var closed = await Site.StartAsync(operations: false);
        var page = await browser.NewPageAsync();
        var run = await LabRun.OpenAsync(closed, page, "rate=10&seconds=5");
        await Expect(run.State).ToHaveTextAsync(new Regex("^Ready. This hub keeps its operations to itself"));

        await run.StartAsync();
        await run.WaitForEventsAsync(5);
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Cut the network" })).ToHaveAttributeAsync("aria-disabled", "true");
        var lanes = await run.EndAsync();

        Assert.All(LabRun.Lanes, name => Assert.Equal((name, 50, 0), (name, Number(lanes.GetProperty(name), "received"), Number(lanes.GetProperty(name), "lost"))));
        await Expect(run.Figure("sse", "p50")).ToHaveTextAsync(Milliseconds());
        await Expect(run.Figure("sse", "bytesOut")).ToHaveTextAsync("–");
        await Expect(page.Locator("#table-notes")).ToContainTextAsync("because this hub keeps its operations to itself");
    }

    [Fact]
    public async Task Without_script_the_lab_says_what_it_needs_and_shows_a_run_that_was_made()
    {
        var page = await browser.NewPageAsync(script: false);
        await page.GotoAsync(new Uri(_site.Web.Address, "/compare").ToString());

        await Expect(page.GetByText("so it needs JavaScript")).ToBeVisibleAsync();
        await Expect(page.Locator("#start-form")).ToBeHiddenAsync();
        await Expect(page.Locator("#table-about")).ToHaveTextAsync(new Regex(@"^A run made on \d"));
        await Expect(page.Locator("[data-row=received] td")).ToHaveTextAsync([new Regex(@"^\d"), new Regex(@"^\d"), new Regex(@"^\d"), new Regex(@"^\d")]);
    }

    /// <summary>What is copied is what the table shows, and the table shows what was measured.</summary>
    private static async Task AssertCopiedAsync(IPage page, JsonElement lanes)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "Copy as Markdown" }).ClickAsync();
        await Expect(page.Locator("#copy-outcome")).ToHaveTextAsync("Copied.");
        var copied = (await page.EvaluateAsync<string>("navigator.clipboard.readText()"))
            .Split('\n').Where(line => line.StartsWith('|')).Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries)).ToList();
        copied.RemoveAt(1);

        var shown = await page.EvaluateAsync<string[][]>(
            "[...document.getElementById('results').rows].map((row) => [...row.cells].map((cell) => cell.textContent.trim().replace(/\\s+/g, ' ')))");
        Assert.Equal(shown, copied);
        Assert.Equal(["Figure", "SSE", "WebSocket", "Long polling", "Polling"], shown[0]);
        Assert.Equal(["150", "150", "150", "150"], shown.Single(row => row[0] == "Events received")[1..]);
        Assert.Equal(
            LabRun.Lanes.Select(name => $"{Number(lanes.GetProperty(name), "requests")}"),
            shown.Single(row => row[0] == "Requests")[1..].Select(cell => cell.Split(' ')[0]));
    }

    private static double Number(JsonElement lane, string name) => lane.GetProperty(name).GetDouble();

    private static void AssertWithin(double share, double expected, double actual) =>
        Assert.InRange(actual, expected * (1 - share), expected * (1 + share));

    [GeneratedRegex(@"^\d+(\.\d)? m?s$")]
    private static partial Regex Milliseconds();
}
