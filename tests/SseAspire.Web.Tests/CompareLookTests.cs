using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace SseAspire.Web.Tests;

/// <summary>The lab with a finished run on it, for every screen, in light and dark, by eye, by keyboard and by screen reader.</summary>
public sealed class CompareLookTests(SiteFixture fixture, Browser browser) : IClassFixture<SiteFixture>
{
    private readonly Site _site = fixture.Site;

    [Theory]
    [InlineData("en-US", "Start the run")]
    [InlineData("ru-RU", "Запустить")]
    public async Task A_finished_run_fits_every_screen_and_axe_finds_nothing(string language, string start)
    {
        var page = await browser.NewPageAsync(language: language);
        await RunAsync(page, start);

        foreach (var width in (int[])[390, 768, 1280, 1920])
        {
            await page.SetViewportSizeAsync(width, 900);
            Assert.False(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth > document.documentElement.clientWidth"), $"at {width}");
            // A table may scroll in its place; figures may not be cut off.
            Assert.Empty(await page.EvaluateAsync<string[]>(
                "[...document.querySelectorAll('.lane dd, .bars dd span, .button, .lab-input input')].filter((e) => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline').map((e) => e.outerHTML)"));
        }

        foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            await page.EmulateMediaAsync(new() { ColorScheme = scheme });
            foreach (var width in (int[])[390, 1280])
            {
                await page.SetViewportSizeAsync(width, 900);
                Assert.Empty((await Accessibility.ViolationsAsync(page)).Select(violation => $"{width} {scheme} {violation}"));
            }
        }
    }

    [Fact]
    public async Task The_page_does_not_jump_while_it_loads_and_runs()
    {
        var page = await browser.NewPageAsync();
        await LayoutShifts.WatchAsync(page);
        await RunAsync(page, "Start the run");

        await LayoutShifts.AssertNoneAsync(page);
    }

    [Fact]
    public async Task A_run_is_set_started_cut_and_copied_by_keyboard()
    {
        var page = await browser.NewPageAsync();
        var run = await LabRun.OpenAsync(_site, page, "seconds=5&cut=1");

        await TabToAsync(page, "rate");
        await page.Keyboard.PressAsync("Control+a");
        await page.Keyboard.TypeAsync("20");
        await TabToAsync(page, "start");
        await page.Keyboard.PressAsync("Enter");
        await run.WaitForEventsAsync(5);
        await TabToAsync(page, "cut-button");
        await page.Keyboard.PressAsync("Space");
        var lanes = await run.EndAsync();
        Assert.Equal(100, lanes.GetProperty("sse").GetProperty("received").GetInt32());
        Assert.NotEqual(0, lanes.GetProperty("sse").GetProperty("caughtUp").GetInt32());

        await TabToAsync(page, "copy");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#copy-outcome")).Not.ToBeEmptyAsync();
    }

    private async Task RunAsync(IPage page, string start)
    {
        await page.GotoAsync(new Uri(_site.Web.Address, "/compare?seconds=5&rate=10").ToString());
        await page.GetByRole(AriaRole.Button, new() { Name = start }).ClickAsync();
        await page.WaitForFunctionAsync("() => localStorage['sseaspire.lab'] !== undefined");
        await Expect(page.Locator("#start")).Not.ToHaveAttributeAsync("aria-disabled", "true");
    }

    /// <summary>Goes on with the Tab key, as far as an element, seeing all the way where the focus is.</summary>
    private static async Task TabToAsync(IPage page, string id)
    {
        for (var n = 0; n < 30; n++)
        {
            await page.Keyboard.PressAsync("Tab");
            var (focused, seen) = (
                await page.EvaluateAsync<string>("document.activeElement.id"),
                await page.EvaluateAsync<bool>("getComputedStyle(document.activeElement).outlineStyle !== 'none'"));
            Assert.True(seen, $"{focused} does not show that it has the focus");
            if (focused == id)
            {
                return;
            }
        }

        Assert.Fail($"{id} cannot be reached by keyboard.");
    }
}
