using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using SseAspire.Testing;
using static Microsoft.Playwright.Assertions;

namespace SseAspire.Web.Tests;

/// <summary>What visitors may do with the pages /compare and /recover, and to which hub.</summary>
public sealed class DemonstrationTests(Browser browser)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Events_cuts_and_restarts_of_visitors_reach_the_hub_of_the_demonstration_and_never_the_API()
    {
        await using var site = await Site.StartAsync(demonstration: true);
        var compare = await browser.NewPageAsync();
        var run = await LabRun.OpenAsync(site, compare, "rate=20&seconds=8&cut=1");
        await run.StartAsync();
        await run.WaitForEventsAsync(20);
        await compare.GetByRole(AriaRole.Button, new() { Name = "Cut the network" }).ClickAsync();
        var lanes = await run.EndAsync();
        Assert.Equal(160, lanes.GetProperty("sse").GetProperty("received").GetInt32());
        await compare.CloseAsync();

        var recover = await RecoverTests.OpenAsync(site, await browser.NewPageAsync());
        await recover.GetByRole(AriaRole.Button, new() { Name = "Restart" }).ClickAsync();
        await site.Demonstration.RestartedAsync(1, Cancelled);
        await RecoverTests.ExpectHealedAsync(recover, reconnects: 1);

        Assert.Equal(0, await CountEventsAsync(site.Api));
        Assert.InRange(await CountEventsAsync(site.Demonstration), 160, 1_000);
        Assert.Equal(2, site.Api.Output.Split("The hub follows the event log from").Length);
    }

    [Theory]
    [InlineData("en-US", "The live demonstration is switched off on this site.", "The operator of the site switches it on with Demonstration__Enabled=true")]
    [InlineData("ru-RU", "На этом сайте живая демонстрация выключена.", "Включить её может администратор сайта: Demonstration__Enabled=true")]
    public async Task In_Production_the_demonstration_is_off_and_the_pages_explain_without_it(string language, string off, string how)
    {
        await using var web = await ServiceProcess.StartAsync(
            "SseAspire.Web", ("DOTNET_ENVIRONMENT", "Production"), ("services__api__http__0", $"http://127.0.0.1:{ServiceProcess.FreePort()}"));
        var page = await browser.NewPageAsync(language: language);
        var errors = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                errors.Add(message.Text);
            }
        };

        var answer = await page.GotoAsync(new Uri(web.Address, "/compare").ToString());
        Assert.DoesNotContain(":8082", answer!.Headers["content-security-policy"], StringComparison.Ordinal);
        await Expect(page.GetByText(off)).ToContainTextAsync(how);
        await Expect(page.Locator("form")).ToHaveCountAsync(0);
        await Expect(page.Locator("[data-row=received] td [data-field=figure]").First).ToHaveTextAsync(new Regex(@"^\d"));

        await page.GotoAsync(new Uri(web.Address, "/recover").ToString());
        await Expect(page.GetByText(off)).ToContainTextAsync(how);
        await Expect(page.Locator("form")).ToHaveCountAsync(0);
        await Expect(page.Locator("svg.still")).ToBeVisibleAsync();
        await Expect(page.Locator(".steps-list li")).ToHaveCountAsync(5);
        Assert.Empty(errors);
    }

    [Theory]
    [InlineData("POST", "/compare?handler=Start")]
    [InlineData("POST", "/compare?handler=Cut")]
    [InlineData("POST", "/compare?handler=Stop")]
    [InlineData("GET", "/compare/clock")]
    [InlineData("GET", "/compare/hub")]
    [InlineData("GET", "/compare/runs/0123456789abcdef")]
    [InlineData("POST", "/recover?handler=Look")]
    [InlineData("POST", "/recover?handler=Drop")]
    [InlineData("POST", "/recover?handler=Unplug")]
    [InlineData("POST", "/recover?handler=Restart")]
    public async Task Switched_off_every_handler_answers_404_with_a_problem_document(string method, string address)
    {
        await using var web = await ServiceProcess.StartAsync("SseAspire.Web", ("Demonstration__Enabled", "false"));
        using var request = new HttpRequestMessage(new HttpMethod(method), address);

        using var answer = await web.Client.SendAsync(request, Cancelled);

        Assert.Equal((HttpStatusCode.NotFound, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Equal("The live demonstration is switched off on this site.", await TitleAsync(answer));
    }

    [Fact]
    public async Task One_address_takes_no_more_than_its_share_of_the_visits()
    {
        await using var site = await Site.StartAsync();
        using (var visitor = Visitor.From("127.0.0.1", site.Web.Address))
        {
            for (var n = 0; n < 10; n++)
            {
                using var answer = await visitor.SendAsync("/recover", "Look", ("visit", ""));
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            }

            using var refused = await visitor.SendAsync("/recover", "Look", ("visit", ""));
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
            Assert.NotNull(refused.Headers.RetryAfter?.Delta);
        }

        var page = await browser.NewPageAsync();
        await page.GotoAsync(new Uri(site.Web.Address, "/recover").ToString());
        await Expect(page.Locator("#trouble")).ToContainTextAsync("Your network address already has 10 pages open here");

        using var other = Visitor.From("127.0.0.2", site.Web.Address);
        using var another = await other.SendAsync("/recover", "Look", ("visit", ""));
        Assert.Equal(HttpStatusCode.OK, another.StatusCode);
        // As soon as the others are gone there is a place again.
        // It asks less and less often.
        await Expect(page.Locator("#trouble")).ToBeHiddenAsync(new() { Timeout = 120_000 });
        await Expect(page.Locator("#sse")).ToHaveAttributeAsync("data-phase", "live");
    }

    [Theory]
    [InlineData("Demonstration__MaxEventsPerSecond", "12")]
    [InlineData("Demonstration__MaxBytesPerSecond", "2400")]
    public async Task A_run_over_the_budget_of_all_visitors_is_refused_with_the_reason_and_when_to_try_again(string setting, string value)
    {
        await using var site = await Site.StartAsync(webSettings: [(setting, value)]);
        var first = await LabRun.OpenAsync(site, await browser.NewPageAsync(), "rate=10&size=200&seconds=20");
        await first.StartAsync();
        await first.WaitForEventsAsync(1);

        var page = await browser.NewPageAsync();
        var second = await LabRun.OpenAsync(site, page, "rate=3&size=200&seconds=5");
        var answer = await page.RunAndWaitForResponseAsync(second.StartAsync, response => response.Url.Contains("handler=Start", StringComparison.Ordinal));

        Assert.Equal((429, "10"), (answer.Status, answer.Headers["retry-after"]));
        await Expect(second.State).ToContainTextAsync("The runs of other visitors use the events and bytes per second that the lab may publish.");
        // What fits begins.
        await page.Locator("#rate").FillAsync("2");
        await second.StartAsync();
        await second.WaitForEventsAsync(1);
    }

    [Fact]
    public async Task One_address_has_no_more_than_half_of_the_runs()
    {
        await using var site = await Site.StartAsync();
        for (var n = 0; n < 4; n++)
        {
            Assert.Equal(HttpStatusCode.OK, await StartRunAsync(site, "127.0.0.1"));
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, await StartRunAsync(site, "127.0.0.1"));
        Assert.Equal(HttpStatusCode.OK, await StartRunAsync(site, "127.0.0.2"));
    }

    private static async Task<HttpStatusCode> StartRunAsync(Site site, string address)
    {
        using var visitor = Visitor.From(address, site.Web.Address);
        using var answer = await visitor.SendAsync("/compare", "Start");
        return answer.StatusCode;
    }

    private static async Task<int> CountEventsAsync(ServiceProcess hub)
    {
        var page = await hub.Client.GetFromJsonAsync<JsonElement>("/events/poll?topic=**&after=earliest&limit=1000", Cancelled);
        return page.GetProperty("events").GetArrayLength();
    }

    private static async Task<string?> TitleAsync(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancelled)).GetProperty("title").GetString();
}
