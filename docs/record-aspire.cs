#!/usr/bin/env dotnet
#:package Microsoft.Playwright
#:property PublishAot=false

// Records the pictures of docs/aspire.md from the real dashboard: dotnet docs/record-aspire.cs <login link>
//
// Needs the application running (dotnet run --project SseAspire.AppHost), which prints the login link, and Chromium.
// Opens and closes tabs of the live page meanwhile, so that there are streams to see. Writes docs/images/aspire-*.png.

using Microsoft.Playwright;

const int Width = 1280;
const int Height = 720;

if (args is not [var link, ..] || !Uri.TryCreate(link, UriKind.Absolute, out var login))
{
    Console.Error.WriteLine("Give the login link that the AppHost prints: dotnet docs/record-aspire.cs http://localhost:15180/login?t=…");
    return 1;
}

Directory.SetCurrentDirectory((string)AppContext.GetData("EntryPointFileDirectoryPath")!);
var site = new Uri(args.ElementAtOrDefault(1) ?? "http://localhost:8080/");

using var playwright = await Playwright.CreateAsync();
await using var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium(), Args = ["--no-sandbox", "--disable-gpu"] });
var page = await browser.NewPageAsync(new() { ViewportSize = new() { Width = Width, Height = Height }, Locale = "en-GB" });

var tabs = new Stack<IPage>();
await OpenTabsAsync(1);
await page.GotoAsync(login.ToString());
await page.GetByText("web", new() { Exact = true }).First.WaitForAsync();
await SaveAsync("aspire-resources");

await page.Locator("fluent-button[title^='Appends 1,000 events']").First.ClickAsync();
await page.Locator("fluent-dialog fluent-button").Filter(new() { HasText = "Yes" }).First.ClickAsync();
await page.Locator("fluent-dialog").GetByText("1000 events were appended").Last.WaitForAsync();
await SaveAsync("aspire-command");

await page.GotoAsync(new Uri(login, "/").ToString());
await page.GetByRole(AriaRole.Tab, new() { Name = "Graph" }).ClickAsync();
await SaveAsync("aspire-graph", after: 4);

await page.GotoAsync(new Uri(login, "/traces").ToString());
await page.GetByText("publish status/host").Last.ClickAsync();
await page.GetByText("receive status/host").First.WaitForAsync();
await SaveAsync("aspire-trace");

// Metrics are exported at intervals, so each number of tabs stays for some of them.
foreach (var tab in (int[])[2, 2, -1, 2, -3])
{
    if (tab > 0)
    {
        await OpenTabsAsync(tab);
    }
    else
    {
        await CloseTabsAsync(-tab);
    }

    await Task.Delay(TimeSpan.FromSeconds(12));
}

await page.GotoAsync(new Uri(login, "/metrics/resource/api/meter/SseAspire.Hub/instrument/sse.connections.active?duration=5").ToString());
await page.Locator("fluent-tree-item[title='sse.connections.active']").ClickAsync();
await SaveAsync("aspire-connections", after: 5);

return 0;

async Task OpenTabsAsync(int count)
{
    for (var n = 0; n < count; n++)
    {
        // Each in a window of its own: the tabs of one window share a stream.
        var tab = await browser.NewPageAsync();
        await tab.GotoAsync(site.ToString());
        tabs.Push(tab);
    }
}

async Task CloseTabsAsync(int count)
{
    for (var n = 0; n < count; n++)
    {
        await tabs.Pop().CloseAsync();
    }
}

async Task SaveAsync(string name, double after = 1.5)
{
    await Task.Delay(TimeSpan.FromSeconds(after));
    await page.ScreenshotAsync(new() { Path = Path.Combine("images", $"{name}.png") });
    Console.WriteLine($"images/{name}.png");
}

static string Chromium() =>
    ((string[])["chromium", "chromium-browser", "google-chrome"])
    .SelectMany(name => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, name)))
    .FirstOrDefault(File.Exists) ?? throw new InvalidOperationException("There is no Chromium on this machine.");
