using System.Text.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace SseAspire.Web.Tests;

/// <summary>The hub's own view on every screen, in light and dark, by keyboard and by screen reader.</summary>
public sealed class HubLookTests(SiteFixture fixture, Browser browser) : IClassFixture<SiteFixture>
{
    private readonly Site _site = fixture.Site;

    [Fact]
    public async Task Nothing_reaches_beyond_any_screen_and_axe_finds_nothing_on_them()
    {
        using var stream = await OpenStreamAsync();
        var page = await HubTests.OpenAsync(_site, await browser.NewPageAsync(language: "ru-RU"));
        await ExpectFullAsync(page);
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

    [Theory]
    [InlineData(390, "ru-RU")]
    [InlineData(1280, "en-US")]
    public async Task Nothing_jumps_while_the_page_loads_and_figures_come(int width, string language)
    {
        var page = await browser.NewPageAsync(width, language: language);
        // Rows that come move those below them, which is news.
        await LayoutShifts.WatchAsync(page, but: "#topics");
        await HubTests.OpenAsync(_site, page);
        await Expect(page.Locator("#none")).ToBeVisibleAsync();

        using (await OpenStreamAsync())
        {
            await ExpectFullAsync(page);
        }

        await Expect(page.Locator("#none")).ToBeVisibleAsync();
        await LayoutShifts.AssertNoneAsync(page);
    }

    [Fact]
    public async Task The_charts_are_drawn_in_the_colours_of_the_scheme()
    {
        using var stream = await OpenStreamAsync();
        var page = await HubTests.OpenAsync(_site, await browser.NewPageAsync());
        await ExpectFullAsync(page);
        await ExpectDrawnAsync(page, "rgb(31, 95, 208)");

        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });

        await ExpectDrawnAsync(page, "rgb(122, 167, 255)");
    }

    [Fact]
    public async Task What_can_be_scrolled_is_reached_by_keyboard_and_figures_are_not_read_out_every_second()
    {
        var page = await HubTests.OpenAsync(_site, await browser.NewPageAsync());
        await _site.PublishAsync("look/at/this", null, "x");
        await Expect(page.Locator("#topics")).ToContainTextAsync("look/at/this");
        // Another test's stream may only just be gone.
        await Expect(page.Locator("#none")).ToBeVisibleAsync();
        List<string> reached = [];
        for (var n = 0; n < 20; n++)
        {
            await page.Keyboard.PressAsync("Tab");
            reached.Add(await page.EvaluateAsync<string>("""
                () => {
                  const e = document.activeElement;
                  const outlined = getComputedStyle(e).outlineStyle !== 'none';
                  return `${e.id || e.getAttribute('aria-label') || e.textContent.trim()}${outlined ? '' : ' (unseen)'}`;
                }
                """));
        }

        Assert.Superset((HashSet<string>)["pill", "The topics, to scroll through", "Open the live page"], reached.ToHashSet());
        var spoken = await page.EvaluateAsync<JsonElement>(
            "() => [...document.querySelectorAll('[aria-live]:not([aria-live=off]), [role=status], [role=alert]')].map((e) => e.id)");
        Assert.Equal("announcer", Assert.Single(spoken.EnumerateArray()).GetString());
    }

    private Task<HttpResponseMessage> OpenStreamAsync() => _site.Api.Client.GetAsync(
        new Uri("/events?topic=look/**", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

    /// <summary>A stream is open, and something is published on it.</summary>
    private async Task ExpectFullAsync(IPage page)
    {
        await _site.PublishAsync("look/at/this", null, "x");
        await Expect(page.Locator("#now [data-field=streams]")).ToHaveTextAsync("1");
        await Expect(page.Locator("#topics")).ToContainTextAsync("look/at/this");
    }

    /// <summary>Somewhere the chart of the streams has a colour.</summary>
    private static async Task ExpectDrawnAsync(IPage page, string colour) => await page.WaitForFunctionAsync(
        """
        (colour) => {
          const canvas = document.getElementById('chart-streams');
          const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
          for (let i = 0; i < data.length; i += 4) {
            if (data[i + 3] === 255 && `rgb(${data[i]}, ${data[i + 1]}, ${data[i + 2]})` === colour) return true;
          }
          return false;
        }
        """, colour);
}
