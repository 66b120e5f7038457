using System.Net;
using System.Text.RegularExpressions;
using static Microsoft.Playwright.Assertions;

namespace SseAspire.Web.Tests;

/// <summary>The ten lines of the page that explains do what they say, as they stand there.</summary>
public sealed partial class SnippetTests(SiteFixture fixture, Browser browser) : IClassFixture<SiteFixture>
{
    private const string Status = """{"cpu":{"percent":12.5},"host":"atlas"}""";

    /// <summary>Compiling takes some seconds, on a machine that does much else some more.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly Site _site = fixture.Site;

    [Fact]
    public async Task The_JavaScript_runs_on_the_page_and_stops()
    {
        var page = await browser.NewPageAsync();
        await page.GotoAsync(new Uri(_site.Web.Address, "/learn").ToString());
        var run = page.Locator("#run button");
        var state = page.Locator("#run [data-field=state]");

        await run.ClickAsync();
        await Expect(state).ToHaveTextAsync("Connected: a line is an event.");
        await _site.PublishAsync("status/host", "host", Status);
        await Expect(page.Locator("#events li").First).ToHaveTextAsync(EventLine());

        _site.Cable.Unplug();
        await Expect(state).ToHaveTextAsync("The hub is away; the browser tries again by itself.");
        await _site.PublishAsync("status/host", "host", """{"host":"while it was cut"}""");
        _site.Cable.Plug();
        await Expect(page.Locator("#events li").First).ToContainTextAsync("while it was cut");

        await run.ClickAsync();
        await Expect(state).ToHaveTextAsync("Stopped.");
        await run.ClickAsync();
        await Expect(state).ToHaveTextAsync("Connected: a line is an event.");
    }

    [Fact]
    public async Task The_JavaScript_that_runs_is_the_one_that_is_shown()
    {
        var (shown, run) = (await ShownAsync("code-js"), await _site.Web.Client.GetAsync("/learn?handler=Script", TestContext.Current.CancellationToken));

        Assert.Equal("text/javascript", run.Content.Headers.ContentType?.MediaType);
        Assert.Equal(shown, await run.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Curl_subscribes_resumes_and_publishes()
    {
        Assert.SkipUnless(File.Exists("/bin/sh") && File.Exists("/usr/bin/curl"), "no curl on this machine (Debian: apt-get install curl)");
        await using (var subscribe = CommandLine.Type(await ShownAsync("code-subscribe")))
        {
            var output = await subscribe.UntilPrintedAsync("event: host", Patience, () => _site.PublishAsync("status/host", "host", Status));
            Assert.Contains($"data: {Status}", output, StringComparison.Ordinal);
        }

        // What was published before is there without anything new.
        await using (var resume = CommandLine.Type(await ShownAsync("code-resume")))
        {
            await resume.UntilPrintedAsync($"data: {Status}", Patience, () => Task.CompletedTask);
        }

        await using var publish = CommandLine.Type(await ShownAsync("code-publish"));
        await publish.UntilPrintedAsync("{\"id\":\"", Patience, () => Task.CompletedTask);
    }

    [Fact]
    public async Task The_CSharp_compiles_and_prints_events()
    {
        Assert.SkipUnless(File.Exists("/bin/sh"), "no shell on this machine");
        // Compiling ahead of time, which a file is set up for, needs a package that a feed may lack.
        await using var run = CommandLine.Type(
            "MSBUILDDISABLENODEREUSE=1 dotnet run stream.cs",
            ("stream.cs", $"#:property PublishAot=false\n{await ShownAsync("code-csharp")}"));

        var output = await run.UntilPrintedAsync("host: {", Patience, () => _site.PublishAsync("status/host", "host", Status));
        Assert.Matches(PrintedLine(), output);
    }

    private async Task<string> ShownAsync(string id)
    {
        var html = await _site.Web.Client.GetStringAsync("/learn", TestContext.Current.CancellationToken);
        return WebUtility.HtmlDecode(Regex.Match(html, $"<code id=\"{id}\">(.*?)</code>", RegexOptions.Singleline).Groups[1].Value);
    }

    [GeneratedRegex(@"^\d+-\d+ \{""cpu"":\{""percent"":12\.5\},""host"":""atlas""\}$")]
    private static partial Regex EventLine();

    [GeneratedRegex(@"\d+-\d+ host: \{""cpu"":\{""percent"":12\.5\},""host"":""atlas""\}")]
    private static partial Regex PrintedLine();
}
