using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace SseAspire.Web.Tests;

/// <summary>The page that explains, for every screen, by eye, by keyboard and by screen reader, and its weight.</summary>
public sealed class LearnLookTests(SiteFixture fixture, Browser browser) : IClassFixture<SiteFixture>
{
    private readonly Site _site = fixture.Site;

    private string Address => new Uri(_site.Web.Address, "/learn").ToString();

    [Theory]
    [CombinatorialScreens(390, 1280)]
    public async Task Axe_finds_nothing(int width, ColorScheme scheme)
    {
        var page = await OpenFullAsync(width, scheme, "en-US");

        Assert.Empty(await Accessibility.ViolationsAsync(page));
    }

    [Theory]
    [InlineData(390, "en-US")]
    [InlineData(768, "en-US")]
    [InlineData(1280, "en-US")]
    [InlineData(1920, "en-US")]
    [InlineData(390, "ru-RU")]
    [InlineData(768, "ru-RU")]
    [InlineData(1280, "ru-RU")]
    [InlineData(1920, "ru-RU")]
    public async Task Nothing_reaches_beyond_the_screen(int width, string language)
    {
        var page = await OpenFullAsync(width, ColorScheme.Light, language);

        var overflow = await page.EvaluateAsync<string[]>("""
            () => [...document.querySelectorAll('body *')]
              .filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5 && !e.closest('svg, .visually-hidden'))
              .filter((e) => { for (let p = e.parentElement; p; p = p.parentElement) if (getComputedStyle(p).overflowX !== 'visible') return false; return true; })
              .map((e) => e.outerHTML.slice(0, 120))
            """);
        Assert.Empty(overflow);
        Assert.False(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth > document.documentElement.clientWidth"));
        // Nor does a word leave its place: of what may not scroll, nothing is wider than it looks.
        Assert.Empty(await page.EvaluateAsync<string[]>("""
            () => [...document.querySelectorAll('main h2, main h3, main p, main dt, main button, main label, main legend, main output, .lane, .advantage')]
              .filter((e) => !e.closest('.visually-hidden') && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline')
              .map((e) => `${e.scrollWidth} in ${e.clientWidth}: ${e.outerHTML.slice(0, 120)}`)
            """));
    }

    [Fact]
    public async Task The_page_does_not_jump_while_it_loads()
    {
        var page = await browser.NewPageAsync();
        await LayoutShifts.WatchAsync(page);
        await page.GotoAsync(Address);
        await page.Locator("#heals input").PressAsync("End");
        await Expect(page.Locator("[data-result=lost]")).ToHaveTextAsync("replayed 0, lost 14");

        await LayoutShifts.AssertNoneAsync(page);
    }

    [Fact]
    public async Task Every_action_is_reached_by_keyboard_and_seen_to_be()
    {
        var page = await browser.NewPageAsync();
        await page.GotoAsync(Address);
        HashSet<string> reached = [];
        for (var n = 0; n < 80; n++)
        {
            await page.Keyboard.PressAsync("Tab");
            reached.Add(await page.EvaluateAsync<string>("""
                () => {
                  const e = document.activeElement;
                  if (e === document.body) return 'seen'; // The end of the page, before it begins anew.
                  e.dataset.reached = '';
                  return getComputedStyle(e).outlineStyle !== 'none' ? 'seen' : e.outerHTML.slice(0, 120);
                }
                """));
        }

        Assert.Equal(["seen"], reached);
        // A group of radio buttons is one stop, at the button that is chosen.
        Assert.Empty(await page.EvaluateAsync<string[]>("""
            () => [...document.querySelectorAll('main :is(a, button, input, textarea, [tabindex="0"])')]
              .filter((e) => e.checkVisibility() && !('reached' in e.dataset) && !(e.type === 'radio' && !e.checked))
              .map((e) => e.outerHTML.slice(0, 120))
            """));
    }

    [Fact]
    public async Task The_page_weighs_less_than_150_kB()
    {
        var page = await browser.NewPageAsync();
        List<Task<RequestSizesResult>> sizes = [];
        page.RequestFinished += (_, request) => sizes.Add(request.SizesAsync());
        await page.GotoAsync(Address, new() { WaitUntil = WaitUntilState.NetworkIdle });

        var bytes = (await Task.WhenAll(sizes)).Sum(size => size.ResponseBodySize + size.ResponseHeadersSize);

        Assert.InRange(bytes, 1, 150_000);
    }

    /// <summary>The page with long words in its stream, an unfinished event and other answers than at first.</summary>
    private async Task<IPage> OpenFullAsync(int width, ColorScheme scheme, string language)
    {
        var page = await browser.NewPageAsync(width, scheme: scheme, language: language);
        await page.GotoAsync(Address);
        await page.Locator("#stream").FillAsync(
            $"id: {new string('9', 200)}\nevent: {new string('e', 200)}\ndata: {new string('W', 300)}\n\n: note\nData: x\nretry: 999999999999\nid: 4<NUL>2\ndata: half");
        await Expect(page.Locator("#reading .reading-event")).ToHaveCountAsync(1);
        await page.Locator("#choice-form [value=both]").CheckAsync();
        await page.Locator("#choice-form [value=plain]").CheckAsync();
        await page.Locator("#choice-form [value=many]").CheckAsync();
        await page.Locator("#no-upgrade").CheckAsync();
        await page.Locator("#run button").ClickAsync();
        await _site.PublishAsync("status/host", "host", $$"""{"host":"{{new string('h', 200)}}"}""");
        await Expect(page.Locator("#timelines")).ToBeVisibleAsync();
        return page;
    }
}
