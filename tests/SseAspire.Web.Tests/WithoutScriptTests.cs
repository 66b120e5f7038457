using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using SseAspire.Testing;
using static Microsoft.Playwright.Assertions;

namespace SseAspire.Web.Tests;

/// <summary>What the server gives by itself, to a browser without script and to any other client.</summary>
public sealed partial class WithoutScriptTests(SiteFixture fixture, Browser browser) : IClassFixture<SiteFixture>
{
    /// <summary>Two seconds on a machine at leisure; without a limit of its own the page would wait for 100.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    private readonly Site _site = fixture.Site;

    [Fact]
    public async Task The_latest_events_are_there_and_a_notification_can_be_sent()
    {
        await _site.PublishAsync("status/host", "host", """{"cpu":{"percent":7.5},"disk":{"freeBytes":53200000000},"host":"atlas"}""");
        await _site.PublishAsync("news/earthquakes", "earthquake", """{"magnitude":5.1,"place":"Banda Sea"}""");
        var page = await browser.NewPageAsync(script: false);
        await page.GotoAsync(_site.Web.Address.ToString());

        await Expect(page.Locator("[data-field=cpu]")).ToHaveTextAsync("7.5 %");
        await Expect(page.Locator("[data-field=disk]")).ToHaveTextAsync("53.2 GB");
        await Expect(page.Locator("#quakes li").First).ToContainTextAsync("Banda Sea");
        // What only a script can fill is not there to look broken.
        await Expect(page.Locator("#connection")).ToBeHiddenAsync();
        await Expect(page.Locator("#wire")).ToBeHiddenAsync();

        await page.GetByLabel("Tell everybody").FillAsync("Sent without script");
        await page.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();

        await Expect(page.Locator("#note-outcome")).ToHaveTextAsync("Sent. Every open tab has it.");
        await Expect(page.Locator("#note-list li").First).ToContainTextAsync("Sent without script");
        // Redirected, so that a reload does not send it again.
        Assert.DoesNotContain("handler", page.Url, StringComparison.Ordinal);
        await page.ReloadAsync();
        await Expect(page.Locator("#note-list li", new() { HasText = "Sent without script" })).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task Before_the_first_event_the_page_says_what_will_come()
    {
        await using var empty = await Site.StartAsync();
        var html = await empty.Web.Client.GetStringAsync("/", TestContext.Current.CancellationToken);

        Assert.Contains("The earth is quiet.", html, StringComparison.Ordinal);
        Assert.Contains("Nothing yet. Send the first one", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_that_is_too_long_is_refused_and_kept()
    {
        var text = new string('é', 281);

        var (status, html) = await PostNotificationAsync(_site.Web, text, "Ada");

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("Keep it to 280 characters.", html, StringComparison.Ordinal);
        Assert.Contains(text, html, StringComparison.Ordinal);
        Assert.Contains("value=\"Ada\"", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_sends_too_fast_is_told_how_long_to_wait_and_keeps_the_text()
    {
        // A front end of its own: the others' visitors come from this address, too.
        await using var site = await Site.StartAsync();
        var answers = new List<(HttpStatusCode Status, string Html)>();
        for (var n = 0; n < 8; n++)
        {
            answers.Add(await PostNotificationAsync(site.Web, $"quick {n}", ""));
        }

        Assert.Equal(HttpStatusCode.OK, answers[0].Status);
        var (_, refused) = Assert.Single(answers.Where(answer => answer.Status == HttpStatusCode.TooManyRequests).Take(1));
        Assert.Matches("That was a lot in a short time. Try again in [0-9]+ s.", refused);
        Assert.Matches("value=\"quick [5-7]\"", refused);
    }

    [Fact]
    public async Task A_post_without_the_forms_token_is_refused()
    {
        using var answer = await _site.Web.Client.PostAsync(
            new Uri("/?handler=Notify", UriKind.Relative),
            new FormUrlEncodedContent([new("Input.Text", "forged")]),
            TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("That request has gone stale", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_api_the_page_is_still_there_and_soon()
    {
        await using var alone = await ServiceProcess.StartAsync(
            "SseAspire.Web", ("services__api__http__0", $"http://127.0.0.1:{ServiceProcess.FreePort()}"));
        await alone.Client.GetStringAsync("/", TestContext.Current.CancellationToken);

        var started = Stopwatch.GetTimestamp();
        var html = await alone.Client.GetStringAsync("/", TestContext.Current.CancellationToken);

        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, Soon);
        Assert.Contains("The hub is away", html, StringComparison.Ordinal);
        var (status, answer) = await PostNotificationAsync(alone, "for later", "");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains("value=\"for later\"", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_api_that_hangs_does_not_hold_up_the_page()
    {
        _site.Cable.Pause();
        try
        {
            var started = Stopwatch.GetTimestamp();
            var html = await _site.Web.Client.GetStringAsync("/", TestContext.Current.CancellationToken);

            Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, Soon);
            Assert.Contains("The hub is away", html, StringComparison.Ordinal);
        }
        finally
        {
            _site.Cable.Resume();
        }
    }

    [Theory]
    [InlineData("/nowhere", HttpStatusCode.NotFound, "There is no such page")]
    [InlineData("/error/500", HttpStatusCode.InternalServerError, "Something broke on our side")]
    [InlineData("/error/200", HttpStatusCode.NotFound, "There is no such page")]
    public async Task A_wrong_address_gets_a_page_that_leads_back(string address, HttpStatusCode status, string heading)
    {
        using var answer = await _site.Web.Client.GetAsync(address, TestContext.Current.CancellationToken);

        Assert.Equal(status, answer.StatusCode);
        var html = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains($"<h1>{heading}</h1>", html, StringComparison.Ordinal);
        Assert.Contains("href=\"/\"", html, StringComparison.Ordinal);
    }

    /// <summary>Opens the page, fills its form and sends it, as a browser without script does.</summary>
    private static async Task<(HttpStatusCode Status, string Html)> PostNotificationAsync(ServiceProcess web, string text, string from)
    {
        using var visitor = new HttpClient { BaseAddress = web.Address };
        var page = await visitor.GetStringAsync("/", TestContext.Current.CancellationToken);
        var token = Token().Match(page).Groups[1].Value;
        using var answer = await visitor.PostAsync(
            new Uri("/?handler=Notify", UriKind.Relative),
            new FormUrlEncodedContent([new("Input.Text", text), new("Input.From", from), new("__RequestVerificationToken", token)]),
            TestContext.Current.CancellationToken);
        var html = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return (answer.StatusCode, WebUtility.HtmlDecode(html));
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" type=\"hidden\" value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
