using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using SseAspire.Testing;
using static Microsoft.Playwright.Assertions;

namespace SseAspire.Web.Tests;

/// <summary>The page to try the hub: what is set is asked for, what comes is shown, what is written is published.</summary>
public sealed partial class ConsoleTests(SiteFixture fixture, Browser browser) : IClassFixture<SiteFixture>
{
    private readonly Site _site = fixture.Site;

    public static TheoryData<string> Transports => ["sse", "websocket", "long-poll", "poll"];

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task Over_each_transport_events_are_seen_as_they_came_and_as_they_are_read(string transport)
    {
        var topic = $"tests/{transport}/Ёлка & co";
        await _site.PublishAsync(topic, null, "before");
        var page = await OpenAsync($"topic={Uri.EscapeDataString(topic)}&transport={transport}&history=1&envelope=true&interval=1");

        await ConnectAsync(page);
        await Expect(Rows(page)).ToHaveCountAsync(1);
        await _site.PublishAsync(topic, "greeting", """{"text":"Привет","n":9007199254740993,"at":"{:,}"}""");

        await Expect(Cell(page, 0, "data")).ToHaveTextAsync("before");
        await Expect(Cell(page, 0, "type")).ToHaveTextAsync("message");
        await Expect(Cell(page, 1, "topic")).ToHaveTextAsync(topic);
        await Expect(Cell(page, 1, "type")).ToHaveTextAsync("greeting");
        await Expect(Cell(page, 1, "id")).ToHaveTextAsync(LogId());
        // Over several lines, but otherwise as it was written, to the last digit.
        Assert.Equal(
            "{\n  \"text\": \"Привет\",\n  \"n\": 9007199254740993,\n  \"at\": \"{:,}\"\n}",
            await Cell(page, 1, "data").TextContentAsync());

        var raw = page.Locator("#raw");
        await Expect(raw).ToContainTextAsync($"GET /events{(transport == "sse" ? "" : $"/{transport}")}?topic=");
        await Expect(raw).ToContainTextAsync(transport switch
        {
            "sse" => "retry: ",
            "websocket" => "{\"next\":\"",
            _ => "{\"events\":[",
        });
        await Expect(raw).ToContainTextAsync("9007199254740993");
        await Expect(Figure(page, "events")).ToHaveTextAsync("2");
        await Expect(Figure(page, "gaps")).ToHaveTextAsync("0");
        await Expect(Figure(page, "id")).ToHaveTextAsync(LogId());
        await Expect(Figure(page, "bytes")).ToHaveTextAsync(Bytes());

        await page.Locator("#disconnect").ClickAsync();
        await Expect(Figure(page, "state")).ToHaveTextAsync("Not connected");
        await Expect(page.Locator("#disconnect")).ToHaveAttributeAsync("aria-disabled", "true");
        // What has come stays to be read.
        await Expect(Rows(page)).ToHaveCountAsync(2);
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task After_a_cut_the_view_goes_on_without_loss_and_without_repetition(string transport)
    {
        var topic = $"tests/cut/{transport}";
        await _site.PublishAsync(topic, null, "event 1");
        var page = await OpenAsync($"topic={topic}&transport={transport}&history=1&interval=1&wait=5");
        await ConnectAsync(page);
        await Expect(Rows(page)).ToHaveCountAsync(1);

        _site.Cable.Unplug();
        try
        {
            await Expect(Figure(page, "state")).ToHaveTextAsync("Reconnecting");
            await Expect(Figure(page, "sentence")).ToHaveTextAsync(Countdown());
            for (var n = 2; n <= 4; n++)
            {
                await _site.PublishAsync(topic, null, $"event {n}");
            }
        }
        finally
        {
            _site.Cable.Plug();
        }

        await Expect(Figure(page, "state")).ToHaveTextAsync("Open");
        await _site.PublishAsync(topic, null, "event 5");
        await Expect(Rows(page).Last).ToContainTextAsync("event 5");
        Assert.Equal(
            ["event 1", "event 2", "event 3", "event 4", "event 5"],
            await page.Locator("#parsed [data-cell=data]").AllTextContentsAsync());
        await Expect(page.Locator("#raw")).ToContainTextAsync(transport == "sse" ? "Last-Event-ID: " : "after=");
    }

    [Fact]
    public async Task An_id_that_HTTP_must_encode_resumes_a_stream_like_any_other()
    {
        const string Topic = "tests/own-id";
        await PublishAsync(new { topic = Topic, data = "event 1", id = "order 1/2 & 3%2B#4+5?" });
        var page = await OpenAsync($"topic={Topic}&history=1");
        await ConnectAsync(page);
        await Expect(Cell(page, 0, "id")).ToHaveTextAsync("order 1/2 & 3%2B#4+5?");

        _site.Cable.Cut();
        await Expect(page.Locator("#raw")).ToContainTextAsync("Last-Event-ID: order 1/2 & 3%2B#4+5?");
        await Expect(Figure(page, "state")).ToHaveTextAsync("Open");
        await _site.PublishAsync(Topic, null, "event 2");
        await Expect(Rows(page).Last).ToContainTextAsync("event 2");
        await Expect(Rows(page)).ToHaveCountAsync(2);
        await Expect(Figure(page, "gaps")).ToHaveTextAsync("0");
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task What_the_api_refuses_is_said_at_its_field(string transport)
    {
        var page = await OpenAsync($"topic=orders/**/paid&transport={transport}");

        await page.Locator("#connect").ClickAsync();

        await Expect(page.Locator("#topic-error")).ToHaveTextAsync("The API says: topic has '**' before its last level.");
        await Expect(page.Locator("#topic")).ToBeFocusedAsync();
        await Expect(page.Locator("#topic")).ToHaveAttributeAsync("aria-invalid", "true");
        await Expect(Figure(page, "state")).ToHaveTextAsync("Closed");
        await Expect(Figure(page, "sentence")).ToContainTextAsync("HTTP 400");

        // Corrected, it is right.
        await page.Locator("#topic").FillAsync("orders/**");
        await page.Locator("#start").SelectOptionAsync("earliest");
        await _site.PublishAsync("orders/1/paid", null, "1");
        await ConnectAsync(page);
        await Expect(page.Locator("#topic-error")).ToBeEmptyAsync();
    }

    [Fact]
    public async Task What_can_be_told_at_once_is_said_before_anything_is_asked()
    {
        var page = await OpenAsync("topic=a&history=5");
        await page.Locator("#topic").FillAsync("\n");
        await page.Locator("#history").FillAsync("1001");
        await page.Locator("#history").PressAsync("Enter");

        await Expect(page.Locator("#topic-error")).ToHaveTextAsync("Name at least one topic.");
        await Expect(page.Locator("#history-error")).ToHaveTextAsync("Give a whole number from 1 to 1000.");
        await Expect(page.Locator("#subscribe-curl")).ToHaveTextAsync("Correct the marked fields, and the code will stand here.");
        await Expect(Figure(page, "state")).ToHaveTextAsync("Not connected");

        await page.Locator("#start").SelectOptionAsync("id");
        await page.Locator("#topic").FillAsync("a");
        await page.Locator("#lastEventId").PressAsync("Enter");
        await Expect(page.Locator("#lastEventId-error")).ToHaveTextAsync("Give the id of the event.");
    }

    [Fact]
    public async Task What_is_published_here_arrives_here_and_what_is_wrong_is_said_at_its_field()
    {
        var page = await OpenAsync("topic=tests/published/*");
        await ConnectAsync(page);
        await page.Locator("#publish-topic").FillAsync("tests/published/1\ntests/other");
        await page.Locator("#publish-type").FillAsync("order");
        await page.Locator("#publish-id").FillAsync("order-1");
        await page.Locator("#publish-retry").FillAsync("1500");
        await page.Locator("#publish-data").FillAsync("{\"of\": 'two',\nlines}");
        await Expect(page.Locator("[data-field=data-note]")).ToContainTextAsync("begins like JSON but is none");
        await page.Locator("#publish-form button").ClickAsync();

        await Expect(page.Locator("#publish-outcome")).ToHaveTextAsync(Published());
        await Expect(Cell(page, 0, "id")).ToHaveTextAsync("order-1");
        await Expect(Cell(page, 0, "type")).ToHaveTextAsync("order");
        Assert.Equal("{\"of\": 'two',\nlines}", await Cell(page, 0, "data").TextContentAsync());
        await Expect(page.Locator("#raw")).ToContainTextAsync("retry: 1500");

        await page.Locator("#publish-type").FillAsync("gap");
        await page.Locator("#publish-form button").ClickAsync();
        await Expect(page.Locator("#publish-type-error")).ToHaveTextAsync("The API says: type is reserved: only the hub itself sends it.");
        await Expect(page.Locator("#publish-type")).ToBeFocusedAsync();
        await Expect(page.Locator("#publish-outcome")).ToBeEmptyAsync();

        await page.Locator("#publish-topic").FillAsync("");
        await page.Locator("#publish-form button").ClickAsync();
        await Expect(page.Locator("#publish-topic-error")).ToHaveTextAsync("Name at least one topic.");
        await Expect(page.Locator("#publish-type-error")).ToBeEmptyAsync();
    }

    [Fact]
    public async Task Events_that_are_gone_are_said_and_counted()
    {
        await using var forgetful = await Site.StartAsync(apiSettings: [("Log__MaxEvents", "1000"), ("Hub__WindowEvents", "100")]);
        var page = await OpenAsync("topic=notifications&history=1", forgetful);
        await forgetful.PublishNotificationsAsync(1, "first");
        await ConnectAsync(page);
        var first = await Cell(page, 0, "id").TextContentAsync();
        for (var batch = 0; batch < 5; batch++)
        {
            await forgetful.PublishNotificationsAsync(1_000, $"batch {batch} event");
        }

        foreach (var transport in (string[])["sse", "websocket", "poll"])
        {
            await page.GotoAsync(new Uri(forgetful.Web.Address, $"/console?topic=nowhere&lastEventId={first}&transport={transport}").ToString());
            await page.Locator("#connect").ClickAsync();
            await Expect(Figure(page, "gaps")).ToHaveTextAsync("1");
            await Expect(page.Locator("#parsed [data-kind=gap]")).ToContainTextAsync(Gone());
        }
    }

    [Fact]
    public async Task While_the_api_is_away_the_page_says_so_and_goes_on_by_itself_when_it_is_back()
    {
        await using var site = await Site.StartAsync();
        await site.Api.KillAsync();
        var page = await OpenAsync("topic=tests/away", site);

        await page.Locator("#connect").ClickAsync();
        await Expect(Figure(page, "sentence")).ToContainTextAsync("The connection broke or the hub is away. Next try in");
        await page.Locator("#publish-form button").ClickAsync();
        await Expect(page.Locator("#publish-outcome")).ToContainTextAsync("The hub is away");
        await Expect(page.Locator("#publish-outcome")).ToHaveAttributeAsync("data-kind", "refused");

        await site.Api.StartAsync();
        await Expect(Figure(page, "state")).ToHaveTextAsync("Open");
    }

    [Fact]
    public async Task The_view_keeps_the_newest_200_can_be_held_still_and_cleared_and_folds_what_is_long()
    {
        await using var site = await Site.StartAsync();
        await site.PublishNotificationsAsync(250, "event");
        var page = await OpenAsync("topic=notifications&history=250", site);

        await ConnectAsync(page);
        await Expect(Figure(page, "events")).ToHaveTextAsync("250");
        await Expect(Rows(page)).ToHaveCountAsync(200);
        await Expect(Cell(page, 0, "data")).ToHaveTextAsync("event 51");
        await Expect(page.Locator("#parsed-part [data-field=kept]")).ToHaveTextAsync("The newest 200 in view, 50 older dropped");

        await page.Locator("#pause").ClickAsync();
        var longData = new string('x', 5_000);
        await site.PublishAsync("notifications", null, longData);
        await Expect(Figure(page, "events")).ToHaveTextAsync("251");
        await Expect(page.Locator("#parsed-part [data-field=kept]")).ToHaveTextAsync("Paused, 1 new since then");
        await Expect(Rows(page).Last).ToContainTextAsync("event 250");

        await page.Locator("#pause").ClickAsync();
        var folded = Rows(page).Last.Locator("details");
        await Expect(folded.Locator("summary")).ToContainTextAsync("5.0 kB");
        await Expect(folded.Locator("pre")).ToHaveCountAsync(0);
        await folded.Locator("summary").PressAsync("Enter");
        await Expect(folded.Locator("pre")).ToHaveTextAsync(longData);

        await page.Locator("#clear").ClickAsync();
        await Expect(Rows(page)).ToHaveCountAsync(0);
        await Expect(page.Locator("#parsed .empty")).ToBeVisibleAsync();
        await Expect(Figure(page, "state")).ToHaveTextAsync("Open");
    }

    [Fact]
    public async Task The_address_keeps_what_is_set_and_opens_it_again()
    {
        var page = await OpenAsync("lang=en");
        await page.Locator("#topic").FillAsync("orders/*\nновости & co");
        await page.GetByLabel("Long polling").CheckAsync();
        await page.Locator("#start").SelectOptionAsync("history");
        await page.Locator("#history").FillAsync("7");
        await page.Locator("#wait").FillAsync("9");
        await page.Locator("#publish-data").FillAsync("line 1\nline 2");

        // Asked of the page itself: Playwright hears of a new address some time later.
        Assert.Equal(
            "?lang=en&topic=orders%2F*&topic=%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8+%26+co&transport=long-poll&history=7&wait=9"
            + "&publish.topic=notifications&publish.type=notification&publish.data=line+1%0Aline+2",
            await page.EvaluateAsync<string>("location.search"));
        await page.ReloadAsync();

        await Expect(page.Locator("#topic")).ToHaveValueAsync("orders/*\nновости & co");
        await Expect(page.Locator("[value=long-poll]")).ToBeCheckedAsync();
        await Expect(page.Locator("#start")).ToHaveValueAsync("history");
        await Expect(page.Locator("#history")).ToHaveValueAsync("7");
        await Expect(page.Locator("#wait")).ToHaveValueAsync("9");
        await Expect(page.Locator("#interval")).ToBeHiddenAsync();
        await Expect(page.Locator("#publish-data")).ToHaveValueAsync("line 1\nline 2");
    }

    [Fact]
    public async Task A_wrong_address_says_what_is_wrong_with_it()
    {
        using var answer = await _site.Web.Client.GetAsync(
            new Uri("/console?topic=&transport=carrier&start=then&history=many&envelope=yes&wait=61&publish.topic=a&publish.retry=soon", UriKind.Relative),
            TestContext.Current.CancellationToken);
        var html = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(
            [
                "Name at least one topic.",
                "There is no such transport. It is one of: sse, websocket, long-poll, poll.",
                "There is no such beginning. It is one of: now, earliest, history, id.",
                "It is either true or false.",
                "Give a whole number from 0 to 60.",
                "Give whole milliseconds, at most 3600000.",
            ],
            FieldError().Matches(html).Select(match => match.Groups[1].Value));
    }

    [Fact]
    public async Task Without_script_it_publishes_and_shows_the_code()
    {
        var page = await browser.NewPageAsync(script: false);
        await page.GotoAsync(new Uri(_site.Web.Address, "/console?topic=orders/*&history=5").ToString());

        await Expect(page.Locator("#stream")).ToBeHiddenAsync();
        await Expect(page.Locator("#connect")).ToBeHiddenAsync();
        await Expect(page.Locator(".subscribe")).ToContainTextAsync("Without JavaScript this page cannot show a stream.");
        await Expect(page.Locator("#subscribe-curl")).ToContainTextAsync("/events?topic=orders/*&history=5'");

        await page.Locator("#publish-data").FillAsync("from a form");
        await page.Locator("#publish-form button").ClickAsync();
        await Expect(page.Locator("#publish-outcome")).ToHaveTextAsync(Published());
        // Redirected, with both forms as they were.
        await Expect(page.Locator("#topic")).ToHaveValueAsync("orders/*");
        await Expect(page.Locator("#publish-data")).ToHaveValueAsync("from a form");
        // The hub reads of it a moment after it was published.
        for (var tries = 1; await LatestAsync("notifications") != "from a form"; tries++)
        {
            Assert.InRange(tries, 1, 300);
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }


        await page.Locator("#publish-type").FillAsync("heartbeat");
        await page.Locator("#publish-form button").ClickAsync();
        await Expect(page.Locator("#publish-type-error")).ToContainTextAsync("The API says: type is reserved");
        await Expect(page.Locator("#publish-data")).ToHaveValueAsync("from a form");

        await page.Locator("#topic").FillAsync("orders/1\norders/2");
        await page.GetByLabel("WebSocket").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Show the code" }).ClickAsync();
        await Expect(page.Locator("#subscribe-curl")).ToContainTextAsync("/events/websocket?topic=orders/1&topic=orders/2&history=5'");
    }

    [Theory]
    [InlineData("Production", null, false)]
    [InlineData("Production", "true", true)]
    [InlineData("Development", "false", false)]
    public async Task Publishing_is_off_outside_Development_unless_it_is_switched_on(string environment, string? setting, bool mayPublish)
    {
        await using var alone = await ServiceProcess.StartAsync(
            "SseAspire.Web",
            [
                ("DOTNET_ENVIRONMENT", environment),
                ("services__api__http__0", $"http://127.0.0.1:{ServiceProcess.FreePort()}"),
                ("Publishing__Key", "secret of the publishers"),
                .. setting is null ? [] : ((string, string)[])[("Console__Publish", setting)],
            ]);
        var html = await alone.Client.GetStringAsync("/console", TestContext.Current.CancellationToken);

        using var form = new MultipartFormDataContent
        {
            { new StringContent("notifications"), "publish.topic" },
            { new StringContent("uninvited"), "publish.data" },
            { new StringContent(Token().Match(html).Groups[1].Value), "__RequestVerificationToken" },
        };
        using var answer = await alone.Client.PostAsync("/console?handler=Publish", form, TestContext.Current.CancellationToken);

        Assert.Equal(!mayPublish, html.Contains("Publishing from this page is switched off", StringComparison.Ordinal));
        // The code says where the key goes, never the key.
        Assert.Contains("Bearer $PUBLISHING_KEY", WebUtility.HtmlDecode(html), StringComparison.Ordinal);
        Assert.DoesNotContain("secret of the publishers", html, StringComparison.Ordinal);
        // Allowed, it finds that there is no API.
        Assert.Equal(mayPublish ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.Forbidden, answer.StatusCode);
    }

    /// <summary>Connects and waits until the hub has answered.</summary>
    internal static async Task ConnectAsync(IPage page)
    {
        await page.Locator("#connect").ClickAsync();
        await Expect(Figure(page, "state")).ToHaveTextAsync("Open");
    }

    private async Task<IPage> OpenAsync(string query, Site? site = null)
    {
        var page = await browser.NewPageAsync();
        await page.GotoAsync(new Uri((site ?? _site).Web.Address, $"/console?{query}").ToString());
        return page;
    }

    private static ILocator Figure(IPage page, string name) => page.Locator($"#stream > :not(.frames) [data-field={name}], #stream > [data-field={name}]");

    private static ILocator Rows(IPage page) => page.Locator("#parsed tbody tr");

    private static ILocator Cell(IPage page, int row, string name) => Rows(page).Nth(row).Locator($"[data-cell={name}]");

    private async Task PublishAsync(object publication)
    {
        using var answer = await _site.Api.Client.PostAsJsonAsync("/events", publication, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    private async Task<string?> LatestAsync(string topic)
    {
        var answer = await _site.Api.Client.GetFromJsonAsync<JsonElement>(
            $"/events/poll?topic={topic}&history=1", TestContext.Current.CancellationToken);
        return answer.GetProperty("events")[0].GetProperty("data").GetString();
    }

    [GeneratedRegex(@"^\d+-\d+$")]
    private static partial Regex LogId();

    [GeneratedRegex(@"^\d+(\.\d)? k?B$")]
    private static partial Regex Bytes();

    [GeneratedRegex(@"Next try in \d+ s\.$")]
    private static partial Regex Countdown();

    [GeneratedRegex(@"^Published as \d+-\d+\.$")]
    private static partial Regex Published();

    [GeneratedRegex(@"[\d,]+ events are gone")]
    private static partial Regex Gone();

    [GeneratedRegex("""<p class="field-error"[^>]*>([^<]+)</p>""")]
    private static partial Regex FieldError();

    [GeneratedRegex("name=\"__RequestVerificationToken\" type=\"hidden\" value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
