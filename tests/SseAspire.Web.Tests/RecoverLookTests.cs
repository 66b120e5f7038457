using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace SseAspire.Web.Tests;

/// <summary>The page that shows how a stream heals: on every screen, in light and dark, by keyboard and by screen reader.</summary>
public sealed class RecoverLookTests(SiteFixture fixture, Browser browser) : IClassFixture<SiteFixture>
{
    private readonly Site _site = fixture.Site;

    [Fact]
    public async Task Nothing_reaches_beyond_any_screen_and_axe_finds_nothing_on_them()
    {
        var page = await OpenFullAsync(await browser.NewPageAsync());
        List<string> wrong = [];
        foreach (var width in (int[])[390, 768, 1280, 1920])
        {
            await page.SetViewportSizeAsync(width, 900);
            wrong.AddRange(await page.EvaluateAsync<string[]>("""
                () => [...document.querySelectorAll('body *')]
                  .filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5 && !e.closest('svg, .visually-hidden'))
                  .map((e) => `${innerWidth}: ${e.outerHTML.slice(0, 120)}`)
                """));
            foreach (var scheme in width is 390 or 1280 ? (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark] : [])
            {
                await page.EmulateMediaAsync(new() { ColorScheme = scheme });
                wrong.AddRange((await Accessibility.ViolationsAsync(page)).Select(violation => $"{width} {scheme}: {violation}"));
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task Nothing_jumps_while_the_page_loads_breaks_and_heals()
    {
        // Where lines are short, a sentence that is too long shows.
        var page = await browser.NewPageAsync(390, language: "ru-RU");
        await LayoutShifts.WatchAsync(page);
        await OpenFullAsync(page);

        await LayoutShifts.AssertNoneAsync(page);
    }

    [Fact]
    public async Task Every_action_is_reached_and_done_by_keyboard()
    {
        var page = await RecoverTests.OpenAsync(_site, await browser.NewPageAsync());
        List<string> reached = [];
        for (var n = 0; n < 24; n++)
        {
            await page.Keyboard.PressAsync("Tab");
            reached.Add(await page.EvaluateAsync<string>("""
                () => {
                  const e = document.activeElement;
                  const outlined = getComputedStyle(e).outlineStyle !== 'none';
                  return `${e.id || e.dataset.cause || e.getAttribute('aria-label') || e.textContent.trim()}${outlined ? '' : ' (unseen)'}`;
                }
                """));
        }

        Assert.Superset(
            (HashSet<string>)["drop", "unplug", "restart", "leave", "resume", "Request and first events: Server-Sent Events", "The answer as it came"],
            reached.ToHashSet());

        await page.GetByRole(AriaRole.Button, new() { Name = "The server drops me" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await RecoverTests.ExpectHealedAsync(page, reconnects: 1);
        await Expect(page.Locator("#sse [data-field=verdict]")).ToContainTextAsync("nothing lost");
    }

    /// <summary>The page after a break that has healed and with a gap shown.</summary>
    private async Task<IPage> OpenFullAsync(IPage page)
    {
        await RecoverTests.OpenAsync(_site, page);
        _site.Cable.Cut();
        await RecoverTests.ExpectHealedAsync(page, reconnects: 1);
        await page.Locator("#resume").ClickAsync();
        await Expect(page.Locator("#gap [data-field=meaning]")).Not.ToBeEmptyAsync();
        return page;
    }
}
