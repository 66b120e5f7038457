using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace SseAspire.Web.Tests;

/// <summary>The machine's Chromium, headless, driven by Playwright. Tests are skipped where there is none.</summary>
public sealed class Browser : IAsyncLifetime
{
    private const string SkipReason = "no Chromium on this machine (Debian: apt-get install chromium)";

    private static readonly string? Executable =
        ((string[])["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"])
        .SelectMany(name => (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name)))
        .FirstOrDefault(File.Exists);

    private static readonly ConcurrentDictionary<string, ConcurrentBag<IBrowserContext>> OpenedBy = new();

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <inheritdoc />
    public async ValueTask InitializeAsync()
    {
        if (Executable is null)
        {
            return;
        }

        Assertions.SetDefaultExpectTimeout(30_000);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Executable,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
            ],
        });
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }

    /// <summary>A new tab with cookies of its own.</summary>
    public async Task<IPage> NewPageAsync(
        int width = 1280, int height = 900, ColorScheme scheme = ColorScheme.Light, bool script = true, string language = "en-US") =>
        await (await NewContextAsync(width, height, scheme, script, language)).NewPageAsync();

    /// <summary>A new window whose tabs share cookies, workers and channels.</summary>
    public async Task<IBrowserContext> NewContextAsync(
        int width = 1280, int height = 900, ColorScheme scheme = ColorScheme.Light, bool script = true, string language = "en-US")
    {
        Assert.SkipWhen(_browser is null, SkipReason);
        var context = await _browser.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = scheme,
            JavaScriptEnabled = script,
            Locale = language,
            // Pages are looked at as they stand, not amid a fade.
            ReducedMotion = ReducedMotion.Reduce,
        });
        // A machine that runs all test projects at once is slow.
        context.SetDefaultTimeout(60_000);
        if (TestContext.Current.Test is { } test)
        {
            OpenedBy.GetOrAdd(test.UniqueID, _ => []).Add(context);
        }

        return context;
    }

    /// <summary>Closes the windows that a test has opened: hundreds of live pages would take the machine's time from those to come.</summary>
    internal static async Task CloseWindowsOfAsync(string test)
    {
        if (OpenedBy.TryRemove(test, out var contexts))
        {
            foreach (var context in contexts)
            {
                await context.CloseAsync();
            }
        }
    }
}
