using System.Text.RegularExpressions;
using Microsoft.Playwright;
using SseAspire.Testing;
using static Microsoft.Playwright.Assertions;

namespace SseAspire.Web.Tests;

/// <summary>What the page does, and says, when its stream breaks.</summary>
public sealed partial class ConnectionTests(SiteFixture fixture, Browser browser) : IClassFixture<SiteFixture>
{
    private readonly Site _site = fixture.Site;

    [Fact]
    public async Task After_a_pause_of_ten_seconds_nothing_was_missed()
    {
        var page = await OpenQuietlyAsync();
        var before = await Site.CountAsync(page, "received");

        await page.GetByRole(AriaRole.Button, new() { Name = "Pause for 10 s" }).ClickAsync();
        await Expect(Site.Field(page, "state")).ToHaveTextAsync("Paused");
        await Expect(Site.Field(page, "sentence")).ToHaveTextAsync(CountdownAway());
        await _site.PublishNotificationsAsync(30, "while away");
        Assert.Equal(before, await Site.CountAsync(page, "received"));

        await Expect(Site.Field(page, "verdict")).ToHaveTextAsync(new Regex(@"^1\d\.\d s away: 30 replayed, nothing missed\.$"));
        await ExpectCountsAsync(page, received: before + 30, replayed: 30, missed: 0);

        await _site.PublishAsync("notifications", null, "live again");
        await Expect(page.Locator("#note-list li").First).ToContainTextAsync("live again");
        await ExpectCountsAsync(page, received: before + 31, replayed: 30, missed: 0);
    }

    [Fact]
    public async Task A_dropped_connection_heals_by_itself_and_nothing_was_missed()
    {
        var page = await OpenQuietlyAsync();
        var before = await Site.CountAsync(page, "received");

        await page.GetByRole(AriaRole.Button, new() { Name = "Drop it" }).ClickAsync();
        await Expect(Site.Field(page, "state")).ToHaveTextAsync("Reconnecting");
        await _site.PublishNotificationsAsync(5, "while cut");

        await Expect(Site.Field(page, "state")).ToHaveTextAsync("Live");
        await Expect(Site.Field(page, "verdict")).ToContainTextAsync("s away: 5 replayed, nothing missed.");
        await ExpectCountsAsync(page, received: before + 5, replayed: 5, missed: 0);
    }

    [Fact]
    public async Task While_the_api_is_away_the_page_says_so_and_it_recovers_alone()
    {
        var page = await OpenQuietlyAsync();
        var before = await Site.CountAsync(page, "received");

        await _site.Api.KillAsync();
        await Expect(Site.Field(page, "sentence")).ToHaveTextAsync(
            new Regex(@"^The hub is away; trying again in \d+ s\.$"));
        await Expect(page.Locator("#pill")).ToContainTextAsync("Hub away");

        await _site.Api.StartAsync();
        await _site.PublishNotificationsAsync(3, "after the restart");
        await Expect(Site.Field(page, "state")).ToHaveTextAsync("Live", new() { Timeout = 60_000 });
        await Expect(page.Locator("#note-list li").First).ToContainTextAsync("after the restart 3");
        await Expect(Site.Field(page, "received")).ToHaveTextAsync($"{before + 3}");
        await Expect(Site.Field(page, "missed")).ToHaveTextAsync("0");
    }

    [Fact]
    public async Task A_network_that_is_gone_for_a_while_costs_no_event()
    {
        var page = await OpenQuietlyAsync();
        var before = await Site.CountAsync(page, "received");

        _site.Cable.Unplug();
        await Expect(Site.Field(page, "state")).ToHaveTextAsync("Hub away");
        await _site.PublishNotificationsAsync(40, "in the tunnel");
        _site.Cable.Plug();
        await page.GetByRole(AriaRole.Button, new() { Name = "Try now" }).ClickAsync();

        await Expect(Site.Field(page, "verdict")).ToContainTextAsync("s away: 40 replayed, nothing missed.");
        await ExpectCountsAsync(page, received: before + 40, replayed: 40, missed: 0);
    }

    [Fact]
    public async Task What_the_hub_no_longer_has_is_counted_as_missed()
    {
        await using var forgetful = await Site.StartAsync(apiSettings: [("Log__MaxEvents", "1000"), ("Hub__WindowEvents", "100")]);
        var page = await forgetful.OpenAsync(await browser.NewPageAsync());
        await forgetful.PublishAsync("notifications", null, "the last one seen");
        await Expect(page.Locator("#note-list li").First).ToContainTextAsync("the last one seen");

        await page.GetByRole(AriaRole.Button, new() { Name = "Pause for 10 s" }).ClickAsync();
        for (var batch = 0; batch < 5; batch++)
        {
            await forgetful.PublishNotificationsAsync(1_000, $"batch {batch} event");
        }

        await Expect(Site.Field(page, "verdict")).ToHaveTextAsync(new Regex(@"missed\.$"), new() { Timeout = 40_000 });
        await Expect(Site.Field(page, "verdict")).Not.ToContainTextAsync("nothing missed");
        await Expect(page.Locator("#note-list li").First).ToContainTextAsync("batch 4 event 1000");
        // Every one of the five thousand is accounted for: replayed or counted as gone.
        var missed = await Site.CountAsync(page, "missed");
        Assert.InRange(missed, 1, 4_000);
        Assert.Equal(5_000, missed + await Site.CountAsync(page, "replayed"));
    }

    [Fact]
    public async Task Where_operations_are_off_the_page_says_so_kindly()
    {
        await using var closed = await Site.StartAsync(operations: false);
        var page = await closed.OpenAsync(await browser.NewPageAsync());

        var drop = page.GetByRole(AriaRole.Button, new() { Name = "Drop it" });
        await drop.ClickAsync();

        await Expect(page.Locator("#drop-note")).ToHaveTextAsync("This hub does not let visitors drop connections.");
        await Expect(drop).ToHaveAttributeAsync("aria-disabled", "true");
        await Expect(Site.Field(page, "state")).ToHaveTextAsync("Live");
    }

    /// <summary>Opens the page and lets pass what the log held before, so that counts stand still.</summary>
    private async Task<IPage> OpenQuietlyAsync()
    {
        var page = await _site.OpenAsync(await browser.NewPageAsync());
        var mark = $"mark {Guid.NewGuid():n}";
        await _site.PublishAsync("notifications", null, mark);
        await Expect(page.Locator("#note-list li").First).ToContainTextAsync(mark);
        return page;
    }

    private static async Task ExpectCountsAsync(IPage page, int received, int replayed, int missed)
    {
        await Expect(Site.Field(page, "received")).ToHaveTextAsync($"{received}");
        await Expect(Site.Field(page, "replayed")).ToHaveTextAsync($"{replayed}");
        await Expect(Site.Field(page, "missed")).ToHaveTextAsync($"{missed}");
    }

    [GeneratedRegex(@"^This tab has left\. It resumes in \d+ s\.$")]
    private static partial Regex CountdownAway();
}
