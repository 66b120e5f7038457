using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace SseAspire.Web.Tests;

/// <summary>For every screen, in light and dark, by eye, by keyboard and by screen reader.</summary>
public sealed class LookTests(SiteFixture fixture, Browser browser) : IClassFixture<SiteFixture>
{
    private readonly Site _site = fixture.Site;

    [Theory]
    [CombinatorialScreens(390, 1280)]
    public async Task Axe_finds_nothing(int width, ColorScheme scheme)
    {
        var page = await OpenFullAsync(width, scheme);
        // With the wire open and an error shown, so that what is hidden at first is checked, too.
        await page.Locator("#wire summary").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();
        await Expect(page.Locator("#text-error")).Not.ToBeEmptyAsync();

        Assert.Empty(await Accessibility.ViolationsAsync(page));
    }

    [Theory]
    [CombinatorialScreens(390)]
    public async Task Axe_finds_nothing_on_the_page_for_a_wrong_address(int width, ColorScheme scheme)
    {
        var page = await browser.NewPageAsync(width, scheme: scheme);
        await page.GotoAsync(new Uri(_site.Web.Address, "/nowhere").ToString());

        Assert.Empty(await Accessibility.ViolationsAsync(page));
    }

    [Theory]
    [InlineData(390)]
    [InlineData(768)]
    [InlineData(1280)]
    [InlineData(1920)]
    public async Task Nothing_reaches_beyond_the_screen(int width)
    {
        var page = await OpenFullAsync(width, ColorScheme.Light);
        await page.Locator("#wire summary").ClickAsync();
        await Expect(page.Locator("#wire [data-field=log]")).ToContainTextAsync("HTTP 200");

        var overflow = await page.EvaluateAsync<string[]>("""
            () => [...document.querySelectorAll('body *')]
              .filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5 && !e.closest('svg, .visually-hidden'))
              .filter((e) => { for (let p = e.parentElement; p; p = p.parentElement) if (getComputedStyle(p).overflowX !== 'visible') return false; return true; })
              .map((e) => e.outerHTML.slice(0, 120))
            """);
        Assert.Empty(overflow);
        Assert.False(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth > document.documentElement.clientWidth"));
    }

    [Fact]
    public async Task The_page_does_not_jump_while_it_loads()
    {
        var page = await browser.NewPageAsync();
        await LayoutShifts.WatchAsync(page, but: ".scroll");
        await _site.OpenAsync(page);
        await Expect(page.Locator("#chart canvas")).ToBeVisibleAsync();
        await _site.PublishAsync("status/host", "host", """{"cpu":{"percent":99.9},"memory":{"percent":10}}""");
        await Expect(page.Locator("[data-field=cpu]")).ToHaveTextAsync("99.9 %");

        await LayoutShifts.AssertNoneAsync(page);
    }

    [Fact]
    public async Task Every_action_is_reached_and_done_by_keyboard()
    {
        var page = await OpenFullAsync(1280, ColorScheme.Light);
        List<string> reached = [];
        for (var n = 0; n < 60; n++)
        {
            await page.Keyboard.PressAsync("Tab");
            reached.Add(await page.EvaluateAsync<string>("""
                () => {
                  const e = document.activeElement;
                  const outlined = getComputedStyle(e).outlineStyle !== 'none';
                  return `${e.id || e.textContent.trim().slice(0, 30)}${outlined ? '' : ' (unseen)'}`;
                }
                """));
        }

        foreach (var stop in (string[])["Skip to content", "pill", "Input_Text", "Input_From", "Send", "Drop it", "pause"])
        {
            Assert.Contains(stop, reached);
        }

        await page.Locator("#wire summary").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#wire")).ToHaveAttributeAsync("open", "");
    }

    /// <summary>The page with events of all kinds on it, long ones among them.</summary>
    private async Task<IPage> OpenFullAsync(int width, ColorScheme scheme)
    {
        await _site.PublishAsync("status/host", "host", """
            {"cpu":{"percent":100},"memory":{"percent":99.9},"network":{"receivedBytesPerSecond":888800000,"sentBytesPerSecond":777700000},"disk":{"freeBytes":888000000000},"host":"a-machine-with-a-rather-long-name.region.example.internal"}
            """);
        await _site.PublishAsync("news/earthquakes", "earthquake", """
            {"magnitude":9.5,"place":"A place with a name that is longer than any line it could be written on, and then some, Chile","longitude":-73,"latitude":-38,"depthKm":660,"occurredAt":"1960-05-22T19:11:00Z","recorded":true}
            """);
        await _site.PublishAsync("notifications", null, $"{new string('W', 200)} and_a_word_without_an_end_{new string('x', 100)}");
        return await _site.OpenAsync(await browser.NewPageAsync(width, scheme: scheme));
    }
}
