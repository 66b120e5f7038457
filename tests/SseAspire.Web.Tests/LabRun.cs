using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace SseAspire.Web.Tests;

/// <summary>A run of the lab in a browser's tab.</summary>
internal sealed partial class LabRun(IPage page)
{
    public static readonly string[] Lanes = ["sse", "websocket", "longPoll", "poll"];

    /// <summary>Opens the lab with settings in its address and waits until it has found the hub.</summary>
    public static async Task<LabRun> OpenAsync(Site site, IPage page, string settings)
    {
        await page.GotoAsync(new Uri(site.Web.Address, $"/compare?{settings}").ToString());
        await Expect(page.Locator("#state")).ToHaveTextAsync(Ready());
        return new LabRun(page);
    }

    public ILocator State => page.Locator("#state");

    public Task StartAsync() => page.GetByRole(AriaRole.Button, new() { Name = "Start the run" }).ClickAsync();

    /// <summary>Waits until so many events are published.</summary>
    public Task WaitForEventsAsync(int count) =>
        page.WaitForFunctionAsync(
            "count => Number(/(\\d+) events published/.exec(document.getElementById('state').textContent)?.[1]) >= count", count);

    /// <summary>Waits for the end.</summary>
    /// <returns>The figures, as the browser has stored them.</returns>
    public async Task<JsonElement> EndAsync()
    {
        await Expect(State).ToHaveTextAsync(Done(), new() { Timeout = 120_000 });
        return (await page.EvaluateAsync<JsonElement>("JSON.parse(localStorage['sseaspire.lab'])")).GetProperty("lanes");
    }

    /// <summary>The text of a figure in a lane of the page.</summary>
    public ILocator Figure(string lane, string name) => page.Locator($".lane[data-lane={lane}] [data-field={name}]");

    [GeneratedRegex(@"^Ready\.")]
    private static partial Regex Ready();

    [GeneratedRegex(@"^Done: ")]
    private static partial Regex Done();
}
