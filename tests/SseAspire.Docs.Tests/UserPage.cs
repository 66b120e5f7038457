using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using SseAspire.Testing;

namespace SseAspire.Docs.Tests;

/// <summary>
/// A page of a user's own site, open in Chromium, that has a script of the documents and the product's ES modules
/// beside it. Its content security policy is what docs/client.md asks for, and no more.
/// </summary>
internal sealed class UserPage : IAsyncDisposable
{
    private static readonly string? Chromium =
        ((string[])["chromium", "chromium-browser", "google-chrome"])
        .SelectMany(name => (System.Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, name)))
        .FirstOrDefault(File.Exists);

    private readonly StringBuilder _output = new();
    private readonly List<string> _errors = [];
    private readonly WebApplication _site;
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    private UserPage(WebApplication site) => _site = site;

    /// <summary>What the script has written to the console.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Opens the page.</summary>
    /// <param name="origin">Where it is served.</param>
    /// <param name="hub">What it reads.</param>
    /// <param name="script">Its script, a module.</param>
    public static async Task<UserPage> OpenAsync(Uri origin, Uri hub, string script)
    {
        Assert.SkipWhen(Chromium is null, "no Chromium on this machine (Debian: apt-get install chromium)");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(origin.GetLeftPart(UriPartial.Authority));
        var site = builder.Build();
        site.Use((context, next) =>
        {
            context.Response.Headers.ContentSecurityPolicy =
                $"default-src 'none'; img-src data:; script-src 'self'; worker-src 'self'; connect-src http://{hub.Authority} ws://{hub.Authority}";
            return next(context);
        });
        site.MapGet("/", () => Results.Content(
            """<!doctype html><meta charset="utf-8"><title>A user's page</title><link rel="icon" href="data:,"><script type="module" src="script.js"></script>""",
            "text/html"));
        site.MapGet("/script.js", () => Results.Content(script, "text/javascript"));
        site.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = new PhysicalFileProvider(Path.Combine(RepositoryRoot.Path, "SseAspire.Web", "wwwroot", "js")),
        });
        await site.StartAsync(TestContext.Current.CancellationToken);
        var page = new UserPage(site);
        try
        {
            await page.OpenAsync(origin);
            return page;
        }
        catch
        {
            await page.DisposeAsync();
            throw;
        }
    }

    /// <summary>Fails where the script threw something.</summary>
    public void ThrewNothing()
    {
        lock (_errors)
        {
            Assert.Empty(_errors);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        await _site.DisposeAsync();
    }

    private async Task OpenAsync(Uri origin)
    {
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Chromium,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
            ],
        });
        var page = await _browser.NewPageAsync();
        page.Console += (_, message) =>
        {
            lock (_output)
            {
                _output.Append(message.Text).Append('\n');
            }
        };
        page.PageError += (_, error) =>
        {
            lock (_errors)
            {
                _errors.Add(error);
            }
        };
        await page.GotoAsync(origin.ToString());
    }
}
