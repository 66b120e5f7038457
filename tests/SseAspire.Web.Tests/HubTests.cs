using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using SseAspire.Testing;
using static Microsoft.Playwright.Assertions;

namespace SseAspire.Web.Tests;

/// <summary>The hub's own view: what the page says is what the hub does.</summary>
public sealed partial class HubTests(Browser browser)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_follows_the_streams_of_all_replicas_and_says_when_one_is_gone()
    {
        await using var site = await Site.StartAsync();
        await using var second = await ServiceProcess.StartApiAsync(site.Broker);
        var page = await OpenAsync(site, await browser.NewPageAsync());
        await Expect(page.Locator("#replicas li")).ToHaveCountAsync(2);
        await Expect(page.Locator("#none")).ToBeVisibleAsync();

        // Two of a browser at one replica, one of a program at the other.
        var tab = await browser.NewPageAsync();
        await tab.GotoAsync(new Uri(site.Web.Address, "/nowhere").ToString());
        await tab.EvaluateAsync(
            "(hub) => { window.streams = [1, 2].map(() => new EventSource(`${hub}/events?topic=orders/**`)); }", $"http://127.0.0.1:{site.Cable.Port}");
        using var stream = await second.Client.GetAsync(
            new Uri("/events?topic=orders/7", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Cancellation);

        await Expect(Figure(page, "streams")).ToHaveTextAsync("3");
        await Expect(page.Locator("#by-transport [data-field=sse]")).ToHaveTextAsync("3");
        await Expect(page.Locator("#none")).ToBeHiddenAsync();
        await Expect(ReplicaOf(page, site.Api).Locator("[data-field=streams]")).ToHaveTextAsync("2");
        await Expect(ReplicaOf(page, second).Locator("[data-field=streams]")).ToHaveTextAsync("1");

        for (var n = 0; n < 20; n++)
        {
            await site.PublishAsync("orders/7", null, $"{n}");
        }

        var topic = page.Locator("#topics tr", new() { Has = page.GetByRole(AriaRole.Rowheader, new() { Name = "orders/7" }) });
        await Expect(topic.Locator("[data-field=readers]")).ToHaveTextAsync("3");
        await Expect(ReplicaOf(page, second).Locator("[data-field=window]")).ToContainTextAsync("20 of 10,000 events");

        await second.KillAsync();

        await Expect(page.Locator("#replicas li")).ToHaveCountAsync(1);
        await Expect(Figure(page, "streams")).ToHaveTextAsync("2");
        await Expect(page.Locator("#announcer")).ToContainTextAsync("is gone.");
        await tab.EvaluateAsync("() => window.streams.forEach((stream) => stream.close())");
        await Expect(Figure(page, "streams")).ToHaveTextAsync("0");
        await Expect(page.Locator("#closed [data-field=client]")).ToHaveTextAsync("2");
        await Expect(page.Locator("#none")).ToContainTextAsync("curl -N");
    }

    [Fact]
    public async Task While_the_api_is_away_the_page_says_so_and_since_when_and_it_heals_alone()
    {
        await using var site = await Site.StartAsync();
        var page = await OpenAsync(site, await browser.NewPageAsync());

        await site.Api.KillAsync();
        await Expect(page.Locator("#state")).ToHaveTextAsync(Away());
        await Expect(page.Locator("#pill")).ToHaveTextAsync("API away");
        await Expect(page.Locator("#announcer")).ToContainTextAsync("API away.");

        await site.Api.StartAsync();
        await Expect(page.Locator("#state")).ToHaveTextAsync("New figures every second.", new() { Timeout = 90_000 });
        await Expect(page.Locator("#pill")).ToHaveTextAsync("Live");
        await Expect(page.Locator("#replicas li")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task Without_script_it_shows_how_things_stand_and_without_the_api_that_nothing_is_known()
    {
        await using var site = await Site.StartAsync();
        using var stream = await site.Api.Client.GetAsync(
            new Uri("/events?topic=orders/7", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Cancellation);
        var page = await browser.NewPageAsync(script: false);

        await page.GotoAsync(Address(site));
        await Expect(Figure(page, "streams")).ToHaveTextAsync("1");
        await Expect(ReplicaOf(page, site.Api).Locator("[data-field=streams]")).ToHaveTextAsync("1");
        await Expect(page.Locator(".hub-notice")).ToHaveTextAsync(AsOf());
        // What only a script can fill is not there to look broken.
        await Expect(page.Locator("canvas").First).ToBeHiddenAsync();
        await Expect(page.Locator("#state")).ToBeHiddenAsync();

        await site.Api.KillAsync();
        var answer = await page.GotoAsync(Address(site));
        Assert.Equal((int)HttpStatusCode.OK, answer!.Status);
        await Expect(page.Locator(".hub-notice")).ToContainTextAsync("The API is away, so nothing is known of the hub.");
        await Expect(Figure(page, "streams")).ToHaveTextAsync("–");
    }

    [Fact]
    public async Task A_page_that_nobody_sees_gives_its_connection_back()
    {
        // Room for one.
        await using var site = await Site.StartAsync(apiSettings: [("Hub__MaxConnections", "1")]);
        var page = await browser.NewPageAsync();
        await page.Clock.InstallAsync();
        await OpenAsync(site, page);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await AskAsync(site));

        await ShowAsync(page, hidden: true);
        await page.Clock.FastForwardAsync(31_000);
        while (await AskAsync(site) != HttpStatusCode.OK)
        {
            await Task.Delay(100, Cancellation);
        }

        await ShowAsync(page, hidden: false);
        while (await AskAsync(site) == HttpStatusCode.OK)
        {
            await Task.Delay(100, Cancellation);
        }
    }

    /// <summary>Opens the page and waits until its figures come.</summary>
    internal static async Task<IPage> OpenAsync(Site site, IPage page)
    {
        await page.GotoAsync(Address(site));
        await Expect(page.Locator("#pill")).ToHaveAttributeAsync("data-state", "live");
        return page;
    }

    private static string Address(Site site) => new Uri(site.Web.Address, "/hub").ToString();

    private static ILocator Figure(IPage page, string name) => page.Locator($"#now [data-field={name}]");

    private static ILocator ReplicaOf(IPage page, ServiceProcess api) =>
        page.Locator("#replicas li", new() { HasText = $":{api.Address.Port}" });

    private static async Task ShowAsync(IPage page, bool hidden) => await page.EvaluateAsync(
        """
        (hidden) => {
          Object.defineProperty(document, 'hidden', { configurable: true, value: hidden });
          document.dispatchEvent(new Event('visibilitychange'));
        }
        """, hidden);

    /// <summary>What one who asks for the stream is answered.</summary>
    private static async Task<HttpStatusCode> AskAsync(Site site)
    {
        using var answer = await site.Api.Client.GetAsync(
            new Uri("/stats/stream", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Cancellation);
        return answer.StatusCode;
    }

    [GeneratedRegex(@"^The API is away; trying again in \d+ s\. The figures are of \d\d:\d\d:\d\d\.$")]
    private static partial Regex Away();

    [GeneratedRegex(@"As of \d\d:\d\d:\d\d UTC\. Load again")]
    private static partial Regex AsOf();
}
