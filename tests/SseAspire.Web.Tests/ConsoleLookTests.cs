using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace SseAspire.Web.Tests;

/// <summary>The page to try the hub: on every screen, in light and dark, by keyboard and by screen reader.</summary>
public sealed class ConsoleLookTests(SiteFixture fixture, Browser browser) : IClassFixture<SiteFixture>
{
    private readonly Site _site = fixture.Site;

    [Theory]
    [InlineData("en-US")]
    [InlineData("ru-RU")]
    public async Task Nothing_reaches_beyond_any_screen_and_axe_finds_nothing_on_them(string language)
    {
        var page = await OpenFullAsync(await browser.NewPageAsync(language: language));
        List<string> wrong = [];
        foreach (var width in (int[])[390, 768, 1280, 1920])
        {
            await page.SetViewportSizeAsync(width, 900);
            wrong.AddRange(await page.EvaluateAsync<string[]>("""
                () => [...document.querySelectorAll('body *')]
                  .filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5 && !e.closest('svg, .visually-hidden, .snippet pre'))
                  .map((e) => `${innerWidth}: ${e.outerHTML.slice(0, 120)}`)
                """));
            wrong.AddRange(await page.EvaluateAsync<string[]>("""
                () => [...document.querySelectorAll('main :is(h2, h3, p, dt, button, label, legend, td, th)')]
                  .filter((e) => !e.closest('.visually-hidden') && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline')
                  .map((e) => `${innerWidth}: ${e.scrollWidth} in ${e.clientWidth}: ${e.outerHTML.slice(0, 120)}`)
                """));
            // What comes stays in view beside the forms, and lies on nothing that is below them.
            await page.EvaluateAsync("scrollTo(0, document.documentElement.scrollHeight)");
            wrong.AddRange(await page.EvaluateAsync<string[]>("""
                () => document.querySelector('#stream').getBoundingClientRect().bottom > document.querySelector('#code').getBoundingClientRect().top
                  ? [`${innerWidth}: the stream lies on the code`] : []
                """));
            foreach (var scheme in width is 390 or 1280 ? (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark] : [])
            {
                await page.EmulateMediaAsync(new() { ColorScheme = scheme });
                wrong.AddRange((await Accessibility.ViolationsAsync(page)).Select(violation => $"{width} {scheme}: {violation}"));
            }
        }

        Assert.Empty(wrong);
    }

    [Theory]
    [InlineData(390)]
    [InlineData(1280)]
    public async Task Nothing_jumps_while_the_page_loads_connects_breaks_and_heals(int width)
    {
        // Where words are long, a line too few shows.
        var page = await browser.NewPageAsync(width, language: "ru-RU");
        await LayoutShifts.WatchAsync(page);
        await page.GotoAsync(new Uri(_site.Web.Address, $"/console?topic=tests/shift/{width}&history=1").ToString());
        await page.Locator("#connect").ClickAsync();
        await Expect(page.Locator("#stream")).ToHaveAttributeAsync("data-state", "open");
        await _site.PublishAsync($"tests/shift/{width}", "shift", "an event");
        await Expect(page.Locator("#parsed tbody tr")).ToHaveCountAsync(1);
        _site.Cable.Cut();
        await Expect(page.Locator("#stream")).ToHaveAttributeAsync("data-state", "waiting");
        await Expect(page.Locator("#stream")).ToHaveAttributeAsync("data-state", "open");
        await page.Locator("#disconnect").ClickAsync();

        await LayoutShifts.AssertNoneAsync(page);
    }

    [Fact]
    public async Task Every_action_is_reached_by_keyboard_and_seen_to_be()
    {
        var page = await OpenFullAsync(await browser.NewPageAsync());
        await page.Locator(".skip").FocusAsync();
        HashSet<string> reached = [];
        for (var n = 0; n < 60; n++)
        {
            await page.Keyboard.PressAsync("Tab");
            reached.Add(await page.EvaluateAsync<string>("""
                () => {
                  const e = document.activeElement;
                  if (e === document.body) return 'seen'; // The end of the page, before it begins anew.
                  e.dataset.reached = '';
                  // A choice is drawn beside its input.
                  const drawn = e.closest('.choice')?.querySelector('span') ?? e;
                  return getComputedStyle(drawn).outlineStyle !== 'none' ? 'seen' : e.outerHTML.slice(0, 120);
                }
                """));
        }

        Assert.Equal(["seen"], reached);
        // A group of radio buttons is one stop, at the button that is chosen.
        Assert.Empty(await page.EvaluateAsync<string[]>("""
            () => [...document.querySelectorAll('main :is(a, button, input, select, textarea, summary, [tabindex="0"])')]
              .filter((e) => e.checkVisibility() && !('reached' in e.dataset) && !(e.type === 'radio' && !e.checked))
              .map((e) => e.outerHTML.slice(0, 120))
            """));
    }

    [Fact]
    public async Task Enter_connects_and_a_screen_reader_is_told_what_becomes_of_it()
    {
        var page = await browser.NewPageAsync();
        await page.GotoAsync(new Uri(_site.Web.Address, "/console?topic=tests/said&history=1").ToString());
        await page.Locator("#history").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#announcer")).ToContainTextAsync("Connected.");

        _site.Cable.Cut();
        await Expect(page.Locator("#announcer")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("The connection is lost; it is tried again|Connected. And"));
    }

    /// <summary>The page with events of all kinds, long words everywhere, an error at a field and a publication.</summary>
    private async Task<IPage> OpenFullAsync(IPage page)
    {
        var unique = Guid.NewGuid();
        var topic = $"tests/{unique}/{new string('t', 150)}";
        await page.GotoAsync(new Uri(
            _site.Web.Address,
            $"/console?topic={topic}&lastEventId=1-1&envelope=true&publish.topic={topic}&publish.type={new string('T', 200)}&publish.id={unique}{new string('I', 200)}&publish.data={new string('d', 900)}").ToString());
        await page.Locator("#connect").ClickAsync();
        await Expect(page.Locator("#stream")).ToHaveAttributeAsync("data-state", "open");
        await page.Locator("#publish-form button").ClickAsync();
        await Expect(page.Locator("#parsed [data-kind=event] summary")).ToHaveCountAsync(1);
        await page.Locator("#parsed summary").ClickAsync();
        await Expect(page.Locator("#parsed [data-kind=gap]")).ToHaveCountAsync(1);
        await page.Locator("#publish-retry").FillAsync("-1");
        await page.Locator("#publish-form button").ClickAsync();
        await Expect(page.Locator("#publish-retry-error")).Not.ToBeEmptyAsync();
        return page;
    }
}
