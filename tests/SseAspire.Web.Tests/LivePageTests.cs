using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace SseAspire.Web.Tests;

/// <summary>What a visitor of the live page sees.</summary>
public sealed class LivePageTests(SiteFixture fixture, Browser browser) : IClassFixture<SiteFixture>
{
    private readonly Site _site = fixture.Site;

    [Fact]
    public async Task An_event_of_each_kind_appears_as_it_happens()
    {
        var page = await _site.OpenAsync(await browser.NewPageAsync());

        await _site.PublishAsync("status/host", "host", """
            {"cpu":{"percent":42.5},"memory":{"percent":61},"network":{"receivedBytesPerSecond":123400},"host":"atlas"}
            """);
        await _site.PublishAsync("news/earthquakes", "earthquake", """
            {"magnitude":4.4,"place":"14 km SW of Searles Valley, CA","longitude":-117.5,"latitude":35.6,"depthKm":7.2,"occurredAt":"2018-01-28T14:34:00Z","recorded":true}
            """);
        await _site.PublishAsync("notifications", "notification", """{"text":"The deploy is done.","from":"Mira"}""");

        await Expect(page.Locator("[data-field=cpu]")).ToHaveTextAsync("42.5 %");
        await Expect(page.Locator("[data-field=received]").First).ToHaveTextAsync("123 kB/s");
        // What the event does not carry is unknown, not zero.
        await Expect(page.Locator("[data-field=disk]")).ToHaveTextAsync("–");
        await Expect(page.Locator("[data-field=host]")).ToHaveTextAsync("atlas");

        var quake = page.Locator("#quakes li").First;
        await Expect(quake).ToContainTextAsync("4.4");
        await Expect(quake).ToContainTextAsync("14 km SW of Searles Valley, CA");
        await Expect(quake.Locator("[data-field=recorded]")).ToBeVisibleAsync();
        await Expect(page.Locator(".globe-marks circle:not(.mark-behind)")).Not.ToHaveCountAsync(0);
        await Expect(page.Locator(".globe-land")).ToHaveAttributeAsync("d", new System.Text.RegularExpressions.Regex("^M.{1000}"));

        var note = page.Locator("#note-list li").First;
        await Expect(note).ToContainTextAsync("The deploy is done.");
        await Expect(note).ToContainTextAsync("Mira");
    }

    [Fact]
    public async Task Long_texts_are_shortened_and_the_page_says_so()
    {
        const int Largest = 250_000;
        await using var site = await Site.StartAsync();
        for (var n = 1; n <= 20; n++)
        {
            await site.PublishAsync("notifications", "notification", n % 2 == 0 ? $"plain {n} {new string('д', Largest / 2)}" : $$"""{"text":"JSON {{n}} {{new string('<', Largest)}}"}""");
            await site.PublishAsync("news/earthquakes", "earthquake", $$"""{"magnitude":{{n % 9}},"place":"Place {{n}} {{new string('x', Largest)}}","url":"{{new string('u', 1_000)}}"}""");
        }

        await site.PublishAsync("status/host", "host", $$"""{"cpu":{"percent":7.5},"host":"atlas {{new string('h', Largest)}}"}""");
        var html = await site.Web.Client.GetByteArrayAsync("/", TestContext.Current.CancellationToken);
        Assert.InRange(html.Length, 20_000, 300_000);

        // Without script all of them, the newest first; with it as well, and what comes then.
        var still = await browser.NewPageAsync(script: false);
        await still.GotoAsync(site.Web.Address.ToString());
        await ExpectShortenedAsync(still, "plain 20 ", "Place 20 ");
        var live = await site.OpenAsync(await browser.NewPageAsync());
        await ExpectShortenedAsync(live, "plain 20 ", "Place 20 ");
        await site.PublishAsync("notifications", "notification", $"plain 21 {new string('x', Largest)}");
        await site.PublishAsync("news/earthquakes", "earthquake", $$"""{"magnitude":3,"place":"Place 21 {{new string('x', Largest)}}"}""");
        await ExpectShortenedAsync(live, "plain 21 ", "Place 21 ");
        await site.PublishAsync("notifications", "notification", "short");
        await Expect(live.Locator("#note-list li").First).ToContainTextAsync("short");
        await Expect(live.Locator("#note-list li").First.GetByText("shortened")).ToBeHiddenAsync();
        Assert.InRange(await live.EvaluateAsync<int>("document.documentElement.outerHTML.length"), 20_000, 300_000);

        static async Task ExpectShortenedAsync(IPage page, string note, string place)
        {
            await Expect(page.Locator("#note-list li")).ToHaveCountAsync(20);
            var first = page.Locator("#note-list li").First;
            await Expect(first.Locator("[data-field=text]")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex($"^{note}.{{491}}…$"));
            await Expect(first.GetByText("shortened")).ToBeVisibleAsync();
            await Expect(page.Locator("#quakes li")).ToHaveCountAsync(20);
            await Expect(page.Locator("#quakes li").First.Locator("[data-field=place]")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex($"^{place}x{{191}}…$"));
            await Expect(page.Locator("[data-field=host]")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^atlas h{94}…$"));
        }
    }

    [Fact]
    public async Task A_notification_sent_in_one_tab_arrives_in_the_other()
    {
        var sender = await _site.OpenAsync(await browser.NewPageAsync());
        var other = await _site.OpenAsync(await browser.NewPageAsync());

        await sender.GetByLabel("Tell everybody").FillAsync("Lunch is here");
        await sender.GetByLabel("Your name").FillAsync("Ada");
        await sender.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();

        await Expect(sender.Locator("#note-outcome")).ToHaveTextAsync("Sent. Every open tab has it.");
        foreach (var page in (IPage[])[sender, other])
        {
            await Expect(page.Locator("#note-list li").First).ToContainTextAsync("Lunch is here");
            await Expect(page.Locator("#note-list li").First).ToContainTextAsync("Ada");
        }

        // Ready for the next one, signed by the same.
        await Expect(sender.GetByLabel("Tell everybody")).ToHaveValueAsync("");
        await Expect(sender.GetByLabel("Your name")).ToHaveValueAsync("Ada");
    }

    [Theory]
    [InlineData("a plain word from curl", "a plain word from curl")]
    [InlineData("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>")]
    [InlineData("{not json", "{not json")]
    [InlineData("""{"other":"json"}""", """{"other":"json"}""")]
    public async Task Whatever_is_published_as_a_notification_is_shown_as_text(string data, string shown)
    {
        var page = await _site.OpenAsync(await browser.NewPageAsync());

        await _site.PublishAsync("notifications", null, data);

        await Expect(page.Locator("#note-list li").First.Locator("[data-field=text]")).ToHaveTextAsync(shown);
    }

    [Fact]
    public async Task The_lists_stay_short_however_much_comes()
    {
        var page = await _site.OpenAsync(await browser.NewPageAsync());

        await _site.PublishNotificationsAsync(300, "flood");

        await Expect(page.Locator("#note-list li").First).ToContainTextAsync("flood 300");
        await Expect(page.Locator("#note-list li")).ToHaveCountAsync(20);
    }

    [Fact]
    public async Task What_the_server_rendered_is_not_shown_twice()
    {
        await _site.PublishNotificationsAsync(3, "once");
        var page = await _site.OpenAsync(await browser.NewPageAsync());

        await _site.PublishAsync("notifications", null, "the mark after them");

        await Expect(page.Locator("#note-list li").First).ToContainTextAsync("the mark after them");
        await Expect(page.Locator("#note-list li", new() { HasText = "once 3" })).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task An_empty_notification_says_what_is_wrong_beside_its_field()
    {
        var page = await _site.OpenAsync(await browser.NewPageAsync());

        await page.GetByLabel("Your name").FillAsync("Ada");
        await page.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();

        await Expect(page.Locator("#text-error")).ToHaveTextAsync("Write something to send.");
        await Expect(page.GetByLabel("Tell everybody")).ToBeFocusedAsync();
        await Expect(page.GetByLabel("Tell everybody")).ToHaveAttributeAsync("aria-invalid", "true");
        await Expect(page.GetByLabel("Your name")).ToHaveValueAsync("Ada");
    }

    [Fact]
    public async Task The_wire_shows_each_line_of_the_stream()
    {
        var page = await _site.OpenAsync(await browser.NewPageAsync());

        await page.Locator("#wire summary").ClickAsync();
        var log = page.Locator("#wire [data-field=log]");
        await Expect(log).ToContainTextAsync("HTTP 200 text/event-stream");
        await Expect(log.Locator("[data-kind=retry]").First).ToHaveTextAsync(new System.Text.RegularExpressions.Regex(@"^retry: \d+$"));

        await _site.PublishAsync("notifications", "notification", "over the wire");
        await Expect(log).ToContainTextAsync("data: over the wire");
        await Expect(log.Locator("[data-kind=event]").Last).ToHaveTextAsync("event: notification");

        await _site.PublishNotificationsAsync(300, "wire");
        await Expect(log).ToContainTextAsync("data: wire 300");
        Assert.InRange(await log.Locator(".wire-line").CountAsync(), 1, 200);

        // Its stream is open only while somebody looks.
        await page.Locator("#wire summary").ClickAsync();
        await _site.PublishAsync("notifications", null, "unseen");
        await Expect(page.Locator("#note-list li").First).ToContainTextAsync("unseen");
        await Expect(log).Not.ToContainTextAsync("unseen");
    }

    [Fact]
    public async Task Nothing_breaks_the_content_security_policy()
    {
        var page = await browser.NewPageAsync();
        List<string> complaints = [];
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                complaints.Add(message.Text);
            }
        };
        page.PageError += (_, error) => complaints.Add(error);

        await _site.OpenAsync(page);
        await _site.PublishAsync("status/host", "host", """{"cpu":{"percent":10}}""");
        // The chart with its tooltip, the wire, the form: what writes to the page.
        await page.Locator("#chart canvas").HoverAsync();
        await page.Locator("#wire summary").ClickAsync();
        await page.GetByLabel("Tell everybody").FillAsync("within the policy");
        await page.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();
        await Expect(page.Locator("#note-list li").First).ToContainTextAsync("within the policy");
        await Expect(page.Locator("#wire [data-field=log]")).ToContainTextAsync("HTTP 200");

        Assert.Empty(complaints);
        var policy = Assert.Single((await _site.Web.Client.GetAsync("/", TestContext.Current.CancellationToken)).Headers.GetValues("Content-Security-Policy"));
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
    }
}
