using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace SseAspire.Web.Tests;

/// <summary>Many tabs of one browser, over HTTP/1.1, that read one stream.</summary>
public sealed class SharedStreamTests(SiteFixture fixture, Browser browser) : IClassFixture<SiteFixture>
{
    private const string WithoutWorkers = "delete window.SharedWorker;";
    private const string BrokenWorkers =
        "window.SharedWorker = class extends SharedWorker { constructor(_, options) { super('/js/nowhere.js', options); } };";
    private const string WithoutLocks = "delete window.SharedWorker; delete Navigator.prototype.locks;";

    /// <summary>A tab that crashes says nothing when it goes.</summary>
    private const string WithoutGoodbye =
        "for (const name of ['pagehide', 'freeze']) addEventListener(name, event => event.stopImmediatePropagation(), true);";

    private readonly Site _site = fixture.Site;
    private readonly string _topic = $"shared/{Guid.NewGuid():n}";

    [Theory]
    [InlineData(null)]
    [InlineData(WithoutWorkers)]
    public async Task Ten_tabs_are_live_over_one_stream(string? lacking)
    {
        await using var context = await NewContextAsync(lacking);
        var tabs = await OpenLivePagesAsync(_site, context, 10);

        await ExpectStreamsAsync(_site, 1);
        var before = await CountsAsync(tabs, "received");
        await _site.PublishNotificationsAsync(25, "for every tab");

        foreach (var (tab, received) in tabs.Zip(before))
        {
            await Expect(tab.Locator("#note-list li").First).ToContainTextAsync("for every tab 25");
            await Expect(Site.Field(tab, "received")).ToHaveTextAsync($"{received + 25}");
            await Expect(Site.Field(tab, "missed")).ToHaveTextAsync("0");
        }

        await ExpectStreamsAsync(_site, 1);
    }

    [Theory]
    [InlineData("")]
    [InlineData(WithoutGoodbye)]
    public async Task Closing_the_leader_loses_nothing_and_doubles_nothing(string goodbye)
    {
        await using var context = await NewContextAsync(WithoutWorkers + goodbye);
        var leader = await OpenLivePagesAsync(_site, context, 1);
        var others = await OpenLivePagesAsync(_site, context, 8);
        var reader = await SharedReader.OpenLiveAsync(context, _site, ["notifications"], ["notification"]);
        var before = await CountsAsync(others, "received");

        var publishing = PublishAsync("notifications", 300);
        await reader.DataUntilAnyAsync();
        await leader[0].CloseAsync();
        await publishing;

        Assert.Equal(Numbers(1, 300), await reader.DataUntilAsync("300"));
        foreach (var (tab, received) in others.Zip(before))
        {
            await Expect(Site.Field(tab, "received")).ToHaveTextAsync($"{received + 300}");
            await Expect(Site.Field(tab, "missed")).ToHaveTextAsync("0");
            await Expect(Site.Field(tab, "state")).ToHaveTextAsync("Live");
        }

        await ExpectStreamsAsync(_site, 1);
    }

    [Fact]
    public async Task A_leader_that_does_not_answer_is_replaced()
    {
        await using var context = await NewContextAsync(WithoutWorkers);
        var leader = await SharedReader.OpenLiveAsync(context, _site, [_topic]);
        var follower = await SharedReader.OpenLiveAsync(context, _site, [_topic]);

        await leader.Page.EvaluateAsync("() => { BroadcastChannel.prototype.postMessage = () => {}; }");
        await _site.PublishAsync(_topic, null, "never passed on");

        Assert.Equal(["never passed on"], await follower.DataUntilAsync("never passed on"));
        await ExpectStreamsAsync(_site, 1);
    }

    [Fact]
    public async Task Without_shared_workers_and_locks_each_tab_has_a_stream()
    {
        await using var context = await NewContextAsync(WithoutLocks);
        var tabs = await OpenLivePagesAsync(_site, context, 2);

        await ExpectStreamsAsync(_site, 2);
        await _site.PublishNotificationsAsync(3, "each on its own");
        foreach (var tab in tabs)
        {
            await Expect(tab.Locator("#note-list li").First).ToContainTextAsync("each on its own 3");
        }
    }

    [Fact]
    public async Task Pausing_one_tab_leaves_the_others_live()
    {
        await using var context = await NewContextAsync();
        var tabs = await OpenLivePagesAsync(_site, context, 3);
        var paused = tabs[1];
        await _site.PublishAsync("notifications", null, "seen by all");
        foreach (var tab in tabs)
        {
            await Expect(tab.Locator("#note-list li").First).ToContainTextAsync("seen by all");
        }

        var before = await Site.CountAsync(paused, "received");
        await paused.GetByRole(AriaRole.Button, new() { Name = "Pause for 10 s" }).ClickAsync();
        await Expect(Site.Field(paused, "state")).ToHaveTextAsync("Paused");
        // More than the shared stream remembers: some must be polled.
        await _site.PublishNotificationsAsync(500, "while one is away");

        foreach (var tab in tabs.Where(tab => tab != paused))
        {
            await Expect(tab.Locator("#note-list li").First).ToContainTextAsync("while one is away 500");
            await Expect(Site.Field(tab, "state")).ToHaveTextAsync("Live");
            await Expect(Site.Field(tab, "replayed")).ToHaveTextAsync("0");
        }

        await Expect(Site.Field(paused, "verdict")).ToContainTextAsync("s away: 500 replayed, nothing missed.");
        Assert.Equal(before + 500, await Site.CountAsync(paused, "received"));
        await Expect(paused.Locator("#note-list li").First).ToContainTextAsync("while one is away 500");
    }

    [Theory]
    [InlineData(null)]
    [InlineData(WithoutWorkers)]
    public async Task A_gap_is_reported_in_every_tab(string? lacking)
    {
        await using var forgetful = await Site.StartAsync(apiSettings: [("Log__MaxEvents", "1000"), ("Hub__WindowEvents", "100")]);
        await using var context = await NewContextAsync(lacking);
        var tabs = await OpenLivePagesAsync(forgetful, context, 3);
        await forgetful.PublishAsync("notifications", null, "the last one seen");
        foreach (var tab in tabs)
        {
            await Expect(tab.Locator("#note-list li").First).ToContainTextAsync("the last one seen");
        }

        forgetful.Cable.Unplug();
        await Expect(Site.Field(tabs[0], "state")).ToHaveTextAsync("Hub away");
        for (var batch = 0; batch < 5; batch++)
        {
            await forgetful.PublishNotificationsAsync(1_000, $"batch {batch} event");
        }

        forgetful.Cable.Plug();
        foreach (var tab in tabs)
        {
            await Expect(tab.Locator("#note-list li").First).ToContainTextAsync("batch 4 event 1000", new() { Timeout = 90_000 });
            await Expect(Site.Field(tab, "verdict")).ToHaveTextAsync(new Regex(@"\d missed\.$"));
            var missed = await Site.CountAsync(tab, "missed");
            Assert.InRange(missed, 1, 4_000);
            Assert.Equal(5_000, missed + await Site.CountAsync(tab, "replayed"));
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData(WithoutWorkers)]
    public async Task When_the_api_was_killed_all_tabs_recover_and_lost_nothing(string? lacking)
    {
        await using var context = await NewContextAsync(lacking);
        var tabs = await OpenLivePagesAsync(_site, context, 4);
        await _site.PublishAsync("notifications", null, "before the crash");
        foreach (var tab in tabs)
        {
            await Expect(tab.Locator("#note-list li").First).ToContainTextAsync("before the crash");
        }

        var before = await CountsAsync(tabs, "received");
        await _site.Api.KillAsync();
        foreach (var tab in tabs)
        {
            await Expect(Site.Field(tab, "state")).ToHaveTextAsync("Hub away");
        }

        await _site.Api.StartAsync();
        await _site.PublishNotificationsAsync(7, "after the restart");
        foreach (var (tab, received) in tabs.Zip(before))
        {
            await Expect(tab.Locator("#note-list li").First).ToContainTextAsync("after the restart 7", new() { Timeout = 90_000 });
            await Expect(Site.Field(tab, "received")).ToHaveTextAsync($"{received + 7}");
            await Expect(Site.Field(tab, "missed")).ToHaveTextAsync("0");
            await Expect(Site.Field(tab, "state")).ToHaveTextAsync("Live");
        }

        await ExpectStreamsAsync(_site, 1);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(WithoutWorkers)]
    [InlineData(BrokenWorkers)]
    public async Task A_late_tab_gets_its_history_and_what_follows_once_and_in_order(string? lacking)
    {
        await using var context = await NewContextAsync(lacking);
        var first = await SharedReader.OpenLiveAsync(context, _site, [$"{_topic}/early"]);
        await PublishAsync($"{_topic}/late", 40);

        // With a topic of its own the stream must be opened anew, amid the events of both.
        var early = PublishAsync($"{_topic}/early", 200);
        var late = PublishAsync($"{_topic}/late", 200, from: 41);
        var same = SharedReader.OpenAsync(context, _site, [$"{_topic}/early"], history: 1_000);
        var second = await SharedReader.OpenAsync(context, _site, [$"{_topic}/late"], history: 1_000);
        await Task.WhenAll(early, late);

        Assert.Equal(Numbers(1, 200), await first.DataUntilAsync("200"));
        Assert.Equal(Numbers(1, 200), await (await same).DataUntilAsync("200"));
        Assert.Equal(Numbers(1, 240), await second.DataUntilAsync("240"));
        await ExpectStreamsAsync(_site, 1);
    }

    [Fact]
    public async Task Each_tab_gets_its_own_topics_and_types_alone()
    {
        await using var context = await NewContextAsync();
        var exact = await SharedReader.OpenLiveAsync(context, _site, [$"{_topic}/a"]);
        var pattern = await SharedReader.OpenLiveAsync(context, _site, [$"{_topic}/*"], ["kind"]);
        var alternate = await SharedReader.OpenLiveAsync(context, _site, [$"{_topic}-other"]);

        await _site.PublishAsync($"{_topic}/a", null, "in a");
        await _site.PublishAsync($"{_topic}/b", null, "in b");
        await _site.PublishAsync($"{_topic}/a", "kind", "of a kind");
        using var form = new FormUrlEncodedContent(
            [new("topic", $"{_topic}/b"), new("topic", $"{_topic}-other"), new("id", $"own {_topic}"), new("data", "in two")]);
        using var answer = await _site.Api.Client.PostAsync(new Uri("/events", UriKind.Relative), form, TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
        await _site.PublishAsync($"{_topic}/a", null, "end");
        await _site.PublishAsync($"{_topic}-other", null, "end");

        Assert.Equal(["in a", "end"], await exact.DataUntilAsync("end"));
        Assert.Equal(["in a", "in b", "of a kind", "in two", "end"], await pattern.DataUntilAsync("end"));
        Assert.Equal(["in two", "end"], await alternate.DataUntilAsync("end"));
        var resumed = await SharedReader.OpenLiveAsync(context, _site, [$"{_topic}/*"], lastEventId: $"own {_topic}");
        Assert.Equal(["end"], await resumed.DataUntilAsync("end"));
    }

    [Fact]
    public async Task When_the_worker_is_killed_the_tabs_get_another_and_lose_nothing()
    {
        await using var context = await NewContextAsync();
        var readers = new List<SharedReader>();
        for (var n = 0; n < 3; n++)
        {
            readers.Add(await SharedReader.OpenLiveAsync(context, _site, [_topic]));
        }

        var publishing = PublishAsync(_topic, 200);
        await readers[0].DataUntilAnyAsync();
        await KillSharedWorkerAsync(readers[0].Page);
        await publishing;

        foreach (var reader in readers)
        {
            await reader.WaitForStateAsync("healing");
            Assert.Equal(Numbers(1, 200), await reader.DataUntilAsync("200"));
        }

        await ExpectStreamsAsync(_site, 1);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(WithoutWorkers)]
    public async Task A_tab_that_the_browser_froze_goes_on_where_it_was(string? lacking)
    {
        await using var context = await NewContextAsync(lacking);
        var frozen = await SharedReader.OpenLiveAsync(context, _site, [_topic]);
        var other = await SharedReader.OpenLiveAsync(context, _site, [_topic]);
        await _site.PublishAsync(_topic, null, "before");
        await frozen.DataUntilAsync("before");

        await frozen.Page.EvaluateAsync("() => document.dispatchEvent(new Event('freeze'))");
        await _site.PublishAsync(_topic, null, "meanwhile");
        Assert.Equal(["before", "meanwhile"], await other.DataUntilAsync("meanwhile"));
        await frozen.Page.EvaluateAsync("() => document.dispatchEvent(new Event('resume'))");

        Assert.Equal(["before", "meanwhile"], await frozen.DataUntilAsync("meanwhile"));
    }

    [Fact]
    public async Task A_tab_that_vanished_is_noticed_and_its_topics_are_given_up()
    {
        await using var context = await NewContextAsync(WithoutGoodbye);
        var staying = await SharedReader.OpenLiveAsync(context, _site, [$"{_topic}/stays"]);
        var vanishing = await SharedReader.OpenLiveAsync(context, _site, [$"{_topic}/vanishes"]);
        await ExpectTopicsAsync(topics => topics.Contains($"{_topic}/vanishes") && topics.Contains($"{_topic}/stays"));

        await vanishing.Page.CloseAsync();

        await ExpectTopicsAsync(topics => !topics.Contains($"{_topic}/vanishes") && topics.Contains($"{_topic}/stays"));
        await _site.PublishAsync($"{_topic}/stays", null, "still here");
        Assert.Equal(["still here"], await staying.DataUntilAsync("still here"));
    }

    [Fact]
    public async Task What_the_hub_refuses_one_tab_does_not_disturb_the_others()
    {
        await using var context = await NewContextAsync();
        var good = await SharedReader.OpenLiveAsync(context, _site, [_topic]);
        var wrong = await SharedReader.OpenAsync(context, _site, [$"{_topic}/**/wrong"]);

        await wrong.WaitForStateAsync("refused");
        Assert.Contains("before its last level", await wrong.Page.EvaluateAsync<string>("() => window.stream.refusal"), StringComparison.Ordinal);
        await _site.PublishAsync(_topic, null, "undisturbed");
        Assert.Equal(["undisturbed"], await good.DataUntilAsync("undisturbed"));
        Assert.Equal("live", await good.StateAsync());
    }

    [Fact]
    public async Task A_connection_that_died_in_silence_is_noticed_and_heals()
    {
        await using var context = await NewContextAsync();
        var reader = await SharedReader.OpenLiveAsync(context, _site, [_topic]);

        _site.Cable.Pause();
        await _site.PublishAsync(_topic, null, "into the void");
        await reader.WaitForStateAsync("silent");
        _site.Cable.Resume();

        Assert.Equal(["into the void"], await reader.DataUntilAsync("into the void"));
    }

    private async Task<IBrowserContext> NewContextAsync(string? script = null)
    {
        var context = await browser.NewContextAsync();
        if (!string.IsNullOrEmpty(script))
        {
            await context.AddInitScriptAsync(script);
        }

        return context;
    }

    private static async Task<List<IPage>> OpenLivePagesAsync(Site site, IBrowserContext context, int count)
    {
        List<IPage> tabs = [];
        while (tabs.Count < count)
        {
            tabs.Add(await site.OpenAsync(await context.NewPageAsync()));
        }

        return tabs;
    }

    private static async Task<int[]> CountsAsync(List<IPage> tabs, string field) =>
        await Task.WhenAll(tabs.Select(tab => Site.CountAsync(tab, field)));

    private static string[] Numbers(int first, int last) =>
        [.. Enumerable.Range(first, last - first + 1).Select(number => $"{number}")];

    /// <summary>Publishes numbers one after the other, at a pace at which much happens between two of them.</summary>
    private async Task PublishAsync(string topic, int count, int from = 1)
    {
        foreach (var number in Numbers(from, from + count - 1))
        {
            await _site.PublishAsync(topic, null, number);
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    private static async Task ExpectStreamsAsync(Site site, int count)
    {
        var total = -1;
        for (var started = Stopwatch.GetTimestamp(); total != count && Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(60);)
        {
            total = (await StatsAsync(site)).GetProperty("total").GetInt32();
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        Assert.Equal(count, total);
    }

    private async Task ExpectTopicsAsync(Predicate<string[]> expected)
    {
        string[] topics = [];
        for (var started = Stopwatch.GetTimestamp(); !expected(topics);)
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(90), $"The stream carries: {string.Join(' ', topics)}");
            topics = [.. (await StatsAsync(_site)).GetProperty("byTopic").EnumerateObject().Select(topic => topic.Name)];
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    private static async Task<JsonElement> StatsAsync(Site site)
    {
        var stats = await site.Api.Client.GetStringAsync(new Uri("/stats", UriKind.Relative), TestContext.Current.CancellationToken);
        return JsonDocument.Parse(stats).RootElement.GetProperty("connections");
    }

    private static async Task KillSharedWorkerAsync(IPage page)
    {
        var tab = await page.Context.NewCDPSessionAsync(page);
        var window = ContextOf((await tab.SendAsync("Target.getTargetInfo"))!.Value.GetProperty("targetInfo"));
        var session = await page.Context.Browser!.NewBrowserCDPSessionAsync();
        var targets = (await session.SendAsync("Target.getTargets"))!.Value.GetProperty("targetInfos");
        // Other tests' windows have workers, too.
        var worker = Assert.Single(
            targets.EnumerateArray(),
            target => target.GetProperty("type").GetString() == "shared_worker" && ContextOf(target) == window);
        await session.SendAsync("Target.closeTarget", new() { ["targetId"] = worker.GetProperty("targetId").GetString()! });
    }

    private static string ContextOf(JsonElement target) => target.GetProperty("browserContextId").GetString()!;
}
