#!/usr/bin/env dotnet
#:package Microsoft.Playwright
#:package Magick.NET-Q8-AnyCPU
#:property PublishAot=false

// Records the animation of the README from the real pages: dotnet docs/record.cs [address of the front end]
//
// Needs the application, started with `dotnet run --project SseAspire.AppHost`, and Chromium. Acts as a visitor: looks at
// the live page, tells everybody something, leaves for ten seconds; runs the lab and cuts its network; cuts a stream;
// looks at the wire format. Writes docs/images/tour.webp.

using ImageMagick;
using Microsoft.Playwright;

const int Width = 1200;
const int Height = 760;
const int ShownWidth = 900;
const long MaxBytes = 3_000_000;

Directory.SetCurrentDirectory((string)AppContext.GetData("EntryPointFileDirectoryPath")!);
var site = new Uri(args.FirstOrDefault() ?? "http://localhost:8080/");
using var film = new MagickImageCollection();

using var playwright = await Playwright.CreateAsync();
await using var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium(), Args = ["--no-sandbox", "--disable-gpu"] });
var page = await browser.NewPageAsync(new()
{
    ViewportSize = new() { Width = Width, Height = Height },
    Locale = "en-GB",
    ColorScheme = ColorScheme.Light,
});

await page.GotoAsync(site.ToString());
await page.Locator("#connection[data-state=live]").WaitForAsync();
await FilmAsync(seconds: 2);
await page.GetByLabel("Tell everybody").FillAsync("Hello, every open tab!");
await FilmAsync(seconds: 0.5);
await page.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();
await FilmAsync(seconds: 1.5);
await page.GetByRole(AriaRole.Button, new() { Name = "Pause for 10 s" }).ClickAsync();
// Ten seconds of waiting are told in two.
await FilmAsync(seconds: 11, frames: 12, shownFor: 0.17);
await FilmAsync(seconds: 2);

await page.GotoAsync(new Uri(site, "/compare?seconds=20&rate=5").ToString());
await FilmAsync(seconds: 0.6);
await page.Locator("#start").ClickAsync();
await FilmAsync(seconds: 6, frames: 12, shownFor: 0.2);
await page.Locator("#cut-button").ClickAsync();
await FilmAsync(seconds: 10, frames: 16, shownFor: 0.25);

await page.GotoAsync(new Uri(site, "/recover").ToString());
await FilmAsync(seconds: 4, frames: 6, shownFor: 0.2);
await page.GetByRole(AriaRole.Button, new() { Name = "Network off for 5 s" }).ClickAsync();
await FilmAsync(seconds: 12, frames: 20, shownFor: 0.25);

await page.GotoAsync(new Uri(site, "/learn").ToString());
await FilmAsync(seconds: 2);

film[0].AnimationIterations = 0;
var file = Path.Combine("images", "tour.webp");
await film.WriteAsync(file, MagickFormat.WebP);
var size = new FileInfo(file).Length;
Console.WriteLine($"{file}: {film.Count} frames, {size / 1000} kB");
return size <= MaxBytes ? 0 : throw new InvalidOperationException($"{file} is larger than {MaxBytes / 1000} kB: film less, or shrink ShownWidth.");

// Films for a time; without more words as it was, four frames a second.
async Task FilmAsync(double seconds, int? frames = null, double shownFor = 0.25)
{
    var count = frames ?? (int)Math.Round(seconds * 4);
    for (var n = 0; n < count; n++)
    {
        var next = Task.Delay(TimeSpan.FromSeconds(seconds / count));
        var frame = new MagickImage(await page.ScreenshotAsync());
        frame.Resize(ShownWidth, 0);
        frame.AnimationDelay = (uint)Math.Round(shownFor * 100);
        frame.Quality = 60;
        film.Add(frame);
        await next;
    }
}

static string Chromium() =>
    ((string[])["chromium", "chromium-browser", "google-chrome"])
    .SelectMany(name => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, name)))
    .FirstOrDefault(File.Exists) ?? throw new InvalidOperationException("There is no Chromium on this machine.");
