using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace SseAspire.Web.Tests;

/// <summary>The pictures of the page that explains, touched as a visitor does.</summary>
public sealed partial class LearnPageTests(SiteFixture fixture, Browser browser) : IClassFixture<SiteFixture>
{
    private readonly Site _site = fixture.Site;

    [Fact]
    public async Task What_is_written_is_read_line_by_line()
    {
        var page = await OpenAsync();
        var stream = page.Locator("#stream");
        var events = page.Locator("#reading .reading-event");
        await Expect(events).ToHaveCountAsync(2);

        await stream.FillAsync("retry: 250\nevent: hello\nid: 8\ndata: one\ndata:  two\n\nid: 9<NUL>\ndata: half");

        await Expect(events).ToHaveCountAsync(1);
        await Expect(events.Locator(".type")).ToHaveTextAsync("hello");
        Assert.Equal("one\n two", await events.Locator("pre").TextContentAsync());
        await Expect(events.Locator(".event-id")).ToHaveTextAsync("lastEventId: \"8\"");
        Assert.Equal(
            [
                "sets the wait before a reconnect", "sets the type", "sets the id", "goes into the data", "next line of the data",
                "blank line: the event is complete", "holds a NUL: ignored", "no end of line yet",
                "The stream ends before a blank line: what has been gathered is dropped.",
            ],
            await page.Locator("#reading .reading-note").AllTextContentsAsync());
        await Expect(page.Locator("[data-field=resume]")).ToHaveTextAsync("Last-Event-ID: 8");
        await Expect(page.Locator("[data-field=wait]")).ToHaveTextAsync("250 ms");
    }

    [Theory]
    [InlineData("comment", 2, "comment: skipped")]
    [InlineData("several lines", 3, "blank line: the event is complete")]
    [InlineData("id", 3, "blank line: the event is complete")]
    [InlineData("id with NUL", 3, "holds a NUL: ignored")]
    [InlineData("retry", 2, "sets the wait before a reconnect")]
    [InlineData("unknown field", 2, "no such field: ignored")]
    [InlineData("unfinished", 2, "no end of line yet")]
    public async Task A_sample_joins_the_stream_and_start_over_takes_it_out(string sample, int events, string said)
    {
        var page = await OpenAsync();
        var before = await page.Locator("#reading").InnerTextAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = sample, Exact = true }).ClickAsync();
        await Expect(page.Locator("#reading .reading-line").Nth(12)).ToBeAttachedAsync();
        await Expect(page.Locator("#reading .reading-event")).ToHaveCountAsync(events);
        Assert.Contains(said, await page.Locator("#reading .reading-note").AllTextContentsAsync());

        await page.GetByRole(AriaRole.Button, new() { Name = "Start over" }).ClickAsync();
        // What the script writes of the sample is what the server has written.
        await Expect(page.Locator("#reading .reading-line")).ToHaveCountAsync(12);
        Assert.Equal(before, await page.Locator("#reading").InnerTextAsync());
    }

    [Fact]
    public async Task Each_drawing_brings_every_event_once_and_none_before_it_happens()
    {
        var page = await OpenAsync();
        var lanes = await page.EvaluateAsync<JsonElement>("""
            [...document.querySelectorAll('[data-lane]')].map((lane) => {
              const times = (selector) => [...lane.querySelectorAll(selector)].map(({ dataset }) => [Number(dataset.from), Number(dataset.to)]);
              return { happened: times('circle').map(([at]) => at), waits: times('.wait'), answers: times('[data-kind=event]'), open: times('.open') };
            })
            """);

        Assert.Equal(4, lanes.GetArrayLength());
        foreach (var lane in lanes.EnumerateArray())
        {
            var happened = lane.GetProperty("happened").EnumerateArray().Select(at => at.GetDouble()).ToArray();
            var waits = Times(lane, "waits");
            Assert.Equal(happened, waits.Select(wait => wait.From));
            // Each is known when something that brings events has arrived, which left after it had happened.
            Assert.All(waits, wait => Assert.Contains(Times(lane, "answers"), answer => answer.To == wait.To && answer.From >= wait.From));
            Assert.All(Times(lane, "answers"), answer => Assert.Contains(Times(lane, "open"), open => open.From <= answer.From && answer.To <= open.To));
        }

        static (double From, double To)[] Times(JsonElement lane, string name) =>
            [.. lane.GetProperty(name).EnumerateArray().Select(time => (time[0].GetDouble(), time[1].GetDouble()))];
    }

    [Fact]
    public async Task The_moment_is_set_by_keyboard_and_step_by_step()
    {
        var page = await OpenAsync();
        var polling = page.Locator("[data-lane]").First;
        var full = await FiguresAsync(page);
        Assert.Equal(["6 2 1.3 s", "6 1 0.4 s", "1 0 0.3 s", "1 0 0.3 s"], full);
        var moment = page.GetByRole(AriaRole.Slider, new() { Name = "Moment" });

        await moment.FocusAsync();
        await page.Keyboard.PressAsync("Home");
        await Expect(moment).ToHaveAttributeAsync("aria-valuetext", "0.0 s");
        await Expect(polling.Locator("[data-field=inVain]")).ToHaveTextAsync("0");
        await Expect(polling.Locator("[data-field=delay]")).ToHaveTextAsync("–");
        await Expect(polling.Locator("circle").First).ToBeHiddenAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "One step on" }).ClickAsync();
        await Expect(moment).ToHaveAttributeAsync("aria-valuetext", "0.3 s");
        await page.GetByRole(AriaRole.Button, new() { Name = "One step back" }).ClickAsync();
        await Expect(moment).ToHaveAttributeAsync("aria-valuetext", "0.0 s");

        await moment.FocusAsync();
        await page.Keyboard.PressAsync("End");
        await Expect(polling.Locator("[data-field=requests]")).ToHaveTextAsync("6");
        Assert.Equal(full, await FiguresAsync(page));
    }

    [Fact]
    public async Task It_plays_and_pauses_for_who_likes_motion()
    {
        var page = await OpenAsync();
        var play = page.Locator("[data-play]");
        await Expect(play).ToBeHiddenAsync();
        await page.EmulateMediaAsync(new() { ReducedMotion = ReducedMotion.NoPreference });

        await play.ClickAsync();
        await Expect(play).ToHaveTextAsync("Pause");
        await page.WaitForFunctionAsync("() => { const now = Number(document.querySelector('#timelines input').value); return now > 0 && now < 12; }");
        await play.ClickAsync();
        await Expect(play).ToHaveTextAsync("Play");
        var stands = await page.Locator("#timelines input").InputValueAsync();
        await page.EvaluateAsync("() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))");
        Assert.Equal(stands, await page.Locator("#timelines input").InputValueAsync());
    }

    [Fact]
    public async Task The_pictures_of_the_advantages_answer_to_the_hand()
    {
        var page = await OpenAsync();

        await Expect(page.Locator(".way-blocked")).ToBeHiddenAsync();
        await page.GetByLabel("The proxy knows no Upgrade").CheckAsync();
        await Expect(page.Locator(".way-socket")).ToBeHiddenAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Publish an event" }).ClickAsync();
        await Expect(page.Locator("#one-way .reader text")).ToHaveTextAsync(["1", "1", "1"]);

        await page.GetByLabel("Length of the cut").FocusAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await Expect(page.Locator("[data-result=replayed]")).ToHaveTextAsync("replayed 8, lost 0");
        await Expect(page.Locator("[data-result=lost]")).ToHaveTextAsync("replayed 0, lost 8");
        await Expect(page.Locator("[data-row=lost] [data-state=lost]")).ToHaveCountAsync(8);

        var totals = page.Locator("#overhead [data-field=total]");
        await Expect(totals.First).ToHaveTextAsync("147 B");
        await page.GetByLabel("Size of the event").FocusAsync();
        await page.Keyboard.PressAsync("End");
        await Expect(totals.First).ToHaveTextAsync("2.0 kB");
    }

    [Fact]
    public async Task The_lab_s_last_result_stands_beside_each_claim()
    {
        var page = await OpenAsync();
        await Expect(page.Locator("[data-measured] a")).ToHaveTextAsync(Enumerable.Repeat("Measure it yourself", 4));
        await Expect(page.Locator("[data-measured] [data-field=figure]")).ToHaveTextAsync(Enumerable.Repeat(Shipped(), 4));
        await page.EvaluateAsync("""
            localStorage.setItem('sseaspire.lab', JSON.stringify({ at: '2026-11-24T12:00:00.000Z', rate: 5, seconds: 30, lanes: {
              sse: { requests: 2, bytesIn: 1234, bytesOut: 30000, received: 150, lost: 0, twice: 0, recovery: 2300 },
              websocket: { requests: 2, bytesIn: 900, bytesOut: 36000, received: 150, lost: 0, twice: 0, recovery: 1100 },
              longPoll: { requests: 140, bytesIn: 60000, bytesOut: 80000, received: 150, lost: 0, twice: 0, recovery: 900 },
              poll: { requests: 31, bytesIn: 17000, bytesOut: 43000, received: 150, lost: 0, twice: 0, recovery: null } } }))
            """);
        await page.ReloadAsync();

        await Expect(page.Locator("[data-measured] [data-field=figure]")).ToHaveTextAsync(
            [
                "For 150 events: requests over SSE 2, polling 31. Measured in this browser, 24 Nov 2026.",
                "Sent by the browser in 30 s: SSE 1.2 kB, polling 17.0 kB. Measured in this browser, 24 Nov 2026.",
                "Back after 2.3 s, lost 0, twice 0. Measured in this browser, 24 Nov 2026.",
                "On the wire for an event: SSE 208 B, WebSocket 246 B, polling 400 B. Measured in this browser, 24 Nov 2026.",
            ]);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{ not JSON")]
    [InlineData("""{"at":"2026-11-24T12:00:00.000Z","seconds":30,"lanes":{"sse":{"requests":null,"bytesIn":null,"bytesOut":null,"received":0,"recovery":null},"websocket":{"bytesIn":null},"poll":{"bytesIn":null}}}""")]
    public async Task A_result_without_figures_leaves_those_of_the_run_that_came_with_the_page(string stored)
    {
        var page = await OpenAsync();
        await page.EvaluateAsync("(stored) => localStorage.setItem('sseaspire.lab', stored)", stored);
        await page.ReloadAsync();
        await page.Locator("#heals input").PressAsync("End");

        await Expect(page.Locator("[data-result=lost]")).ToHaveTextAsync("replayed 0, lost 14");
        await Expect(page.Locator("[data-measured] [data-field=figure]")).ToHaveTextAsync(Enumerable.Repeat(Shipped(), 4));
    }

    [Theory]
    [InlineData("SSE", "Nothing is missed if each event has an id")]
    [InlineData("SSE", "HTTP/1.1 has six connections", "Many, over HTTP/1.1", "What is old")]
    [InlineData("WebSocket", "WebSocket does not resume", "Both, all the time")]
    [InlineData("WebSocket", "some hundred sockets", "Binary data", "Many, over HTTP/1.1")]
    [InlineData("SSE + POST", "Nothing is missed if each event has an id", "Binary data", "Proxies that know plain HTTP alone")]
    [InlineData("Long polling", "Nothing is missed if each request says", "Both, all the time", "Proxies that hold a response")]
    [InlineData("Polling", "", "Some minutes")]
    public async Task The_advice_follows_the_answers(string transport, string note, params string[] answers)
    {
        var page = await OpenAsync();
        foreach (var answer in answers)
        {
            await page.GetByRole(AriaRole.Radio, new() { Name = answer }).CheckAsync();
        }

        await Expect(page.Locator("[data-field=transport]")).ToHaveTextAsync(transport);
        await Expect(page.Locator("[data-field=reason]")).Not.ToBeEmptyAsync();
        await Expect(page.Locator("[data-field=note]")).ToContainTextAsync(note);
    }

    [Fact]
    public async Task Code_is_copied_or_at_least_selected()
    {
        var page = await OpenAsync();
        var copy = page.Locator("[data-copy=code-subscribe]");

        await copy.ClickAsync();
        await Expect(copy).Not.ToHaveTextAsync("Copy");

        await page.EvaluateAsync("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('refused')); }");
        await page.Locator("[data-copy=code-csharp]").ClickAsync();
        await page.WaitForFunctionAsync("getSelection().toString().startsWith('using System.Net.ServerSentEvents;')");
    }

    [Fact]
    public async Task Without_script_every_part_still_tells_its_story()
    {
        var page = await browser.NewPageAsync(script: false);
        await page.GotoAsync(Address);

        await Expect(page.Locator("#reading .reading-event")).ToHaveCountAsync(2);
        await Expect(page.Locator("[data-lane] svg[role=img]")).ToHaveCountAsync(4);
        await Expect(page.Locator("[data-lane] .crossing").First).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Row)).ToHaveCountAsync(6);
        await Expect(page.Locator("#code-js")).ToContainTextAsync(_site.Cable.Port.ToString(CultureInfo.InvariantCulture));
        // The proxy's picture needs no script; what does need one is not there to look broken.
        await page.GetByLabel("The proxy knows no Upgrade").CheckAsync();
        await Expect(page.Locator(".way-socket")).ToBeHiddenAsync();
        await Expect(page.Locator("main button:visible, main textarea:visible, main input:visible")).ToHaveCountAsync(1);
    }

    private string Address => new Uri(_site.Web.Address, "/learn").ToString();

    private async Task<IPage> OpenAsync()
    {
        var page = await browser.NewPageAsync();
        await page.GotoAsync(Address);
        return page;
    }

    /// <summary>Requests, requests in vain and mean delay of each lane.</summary>
    private static Task<string[]> FiguresAsync(IPage page) => page.EvaluateAsync<string[]>(
        "[...document.querySelectorAll('[data-lane] dl')].map((lane) => [...lane.querySelectorAll('dd')].map((dd) => dd.textContent).join(' '))");

    [GeneratedRegex(@"\d.* Measured on \d+ \w{3} \d{4}\.$")]
    private static partial Regex Shipped();
}
