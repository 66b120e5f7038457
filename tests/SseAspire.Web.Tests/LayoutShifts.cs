using System.Text.Json;
using Microsoft.Playwright;

namespace SseAspire.Web.Tests;

/// <summary>What moves on a page by itself, as Chromium's layout instability API sees it.</summary>
internal static class LayoutShifts
{
    /// <summary>Watches from the page's beginning on; to be called before it is opened.</summary>
    /// <param name="page">The page.</param>
    /// <param name="but">A selector: news that arrives moves the list that it joins, which is no jump of the page.</param>
    public static Task WatchAsync(IPage page, string? but = null) =>
        page.AddInitScriptAsync($$"""
            window.shifts = [];
            new PerformanceObserver((list) => {
              const but = {{JsonSerializer.Serialize(but)}};
              for (const entry of list.getEntries()) {
                if (but && entry.sources.length > 0 && entry.sources.every((s) => s.node?.parentElement?.closest(but))) continue;
                window.shifts.push({ value: entry.value, nodes: entry.sources.map((s) => ({
                  node: (s.node?.outerHTML ?? String(s.node?.textContent)).slice(0, 90), from: s.previousRect, to: s.currentRect })) });
              }
            }).observe({ type: 'layout-shift', buffered: true });
            """);

    /// <summary>Fails where more has moved than a tenth of what Web Vitals calls good (https://web.dev/articles/cls).</summary>
    public static async Task AssertNoneAsync(IPage page)
    {
        var shifts = await page.EvaluateAsync<JsonElement>("window.shifts");
        Assert.True(shifts.EnumerateArray().Sum(shift => shift.GetProperty("value").GetDouble()) < 0.01, shifts.ToString());
    }
}
