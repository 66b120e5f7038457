using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using SseAspire.Testing;
using static Microsoft.Playwright.Assertions;

namespace SseAspire.Web.Tests;

/// <summary>The page that shows how a stream heals, broken in all its ways.</summary>
public sealed partial class RecoverTests(Browser browser)
{
    [Fact]
    public async Task Five_breaks_cost_the_stream_nothing_and_the_naive_WebSocket_what_was_published_meanwhile()
    {
        await using var site = await Site.StartAsync(apiSettings: [("Hub__DrainTime", "00:00:01")]);
        var page = await browser.NewPageAsync();
        var witness = await RecoverWitness.OfAsync(page);
        await OpenAsync(site, page);

        string[] breaks = ["The server drops me", "Network off for 5 s", "Close, return in 5 s", "Restart the API", "The server drops me"];
        for (var n = 0; n < breaks.Length; n++)
        {
            await page.GetByRole(AriaRole.Button, new() { Name = breaks[n] }).ClickAsync();
            await ExpectHealedAsync(page, reconnects: n + 1);
        }

        await Expect(page.Locator("#caption")).ToHaveTextAsync(HealedCaption());
        await Expect(page.Locator("#sse-return [data-field=log]")).ToContainTextAsync("Last-Event-ID: ");
        await Expect(page.Locator("#sse-return [data-field=log]")).ToContainTextAsync("\"number\":");
        await Expect(page.Locator("#websocket-return [data-field=log]")).ToContainTextAsync("Upgrade: websocket");

        // What was published, what came over either wire, and what the page says of it, each on its own.
        await witness.SeeAsync(await CountAsync(page, "sse", "received"), await CountAsync(page, "websocket", "received"));
        var (stream, socket) = (witness.Stream, witness.WebSocket);
        var published = await PublishedAsync(site, witness.Topic);
        Assert.Equal(stream.Select(e => e.Id).Distinct(), stream.Select(e => e.Id));
        Assert.Equal(Between(published, stream), stream.Select(e => e.Number).Distinct());
        Assert.Equal(0, await CountAsync(page, "sse", "lost"));
        Assert.Equal(0, await CountAsync(page, "sse", "twice"));
        Assert.InRange(await CountAsync(page, "sse", "replayed"), 5, stream.Count);

        var lost = Between(published, socket).Except(socket.Select(e => e.Number)).Count();
        Assert.InRange(lost, 5, published.Count);
        Assert.Equal(lost, await CountAsync(page, "websocket", "lost"));
        Assert.Equal(0, await CountAsync(page, "websocket", "twice"));
        Assert.Equal(0, await CountAsync(page, "websocket", "replayed"));
    }

    [Fact]
    public async Task An_id_that_the_log_has_dropped_is_answered_with_a_gap_that_says_how_many_are_gone()
    {
        await using var forgetful = await Site.StartAsync(apiSettings: [("Log__MaxEvents", "1000"), ("Hub__WindowEvents", "100")]);
        var page = await OpenAsync(forgetful, await browser.NewPageAsync());
        var raw = page.Locator("#gap [data-field=log]");

        // Nothing of this log is gone yet: only a place in another one is.
        await page.Locator("#resume").ClickAsync();
        await Expect(raw).ToContainTextAsync("\"missed\":null");
        await Expect(page.Locator("#gap [data-field=meaning]")).ToContainTextAsync("another epoch");

        for (var batch = 0; batch < 5; batch++)
        {
            await forgetful.PublishNotificationsAsync(1_000, $"batch {batch} event");
        }

        await page.Locator("#resume").ClickAsync();
        await Expect(raw).ToContainTextAsync(CountedGap());
        var missed = int.Parse(CountedGap().Match((await raw.TextContentAsync())!).Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.InRange(missed, 1, 5_000);
        await Expect(page.Locator("#gap [data-field=meaning]")).ToContainTextAsync(
            string.Create(CultureInfo.InvariantCulture, $"{missed:N0} events between that id and its oldest one are gone."));
    }

    [Fact]
    public async Task Without_operations_and_without_the_api_the_page_says_so_and_heals_all_the_same()
    {
        await using var closed = await Site.StartAsync(operations: false);
        var page = await OpenAsync(closed, await browser.NewPageAsync());

        var drop = page.GetByRole(AriaRole.Button, new() { Name = "The server drops me" });
        await drop.ClickAsync();
        await Expect(page.Locator("#break-note")).ToContainTextAsync("This hub does not let visitors cut the network");
        await Expect(drop).ToHaveAttributeAsync("aria-disabled", "true");
        await page.GetByRole(AriaRole.Button, new() { Name = "Close, return in 5 s" }).ClickAsync();
        await Expect(page.Locator("#sse")).ToHaveAttributeAsync("data-phase", "left");
        await ExpectHealedAsync(page, reconnects: 1);

        await closed.Api.KillAsync();
        await Expect(page.Locator("#caption")).ToContainTextAsync("The hub is away. The page tries again by itself");
        await closed.Api.StartAsync();
        await ExpectHealedAsync(page, reconnects: 2);
        Assert.Equal(0, await CountAsync(page, "sse", "lost"));
        Assert.Equal(0, await CountAsync(page, "sse", "twice"));
    }

    [Fact]
    public async Task More_visitors_than_there_are_events_for_are_told_to_wait()
    {
        await using var alone = await ServiceProcess.StartAsync("SseAspire.Web");

        var visits = new HashSet<string>();
        for (var n = 0; n < 50; n++)
        {
            // An address has a share of them.
            using var visitor = Visitor.From($"127.0.0.{1 + n / 10}", alone.Address);
            using var answer = await visitor.SendAsync("/recover", "Look", ("visit", ""));
            visits.Add((await JsonAsync(answer)).GetProperty("visit").GetString()!);
        }

        Assert.Equal(50, visits.Count);
        using var late = Visitor.From("127.0.0.6", alone.Address);
        using var refused = await late.SendAsync("/recover", "Look", ("visit", ""));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.StartsWith("Too many people are watching", (await JsonAsync(refused)).GetProperty("title").GetString(), StringComparison.Ordinal);
        // Who is there already stays.
        using var known = await late.SendAsync("/recover", "Look", ("visit", visits.First()));
        Assert.Equal(visits.First(), (await JsonAsync(known)).GetProperty("visit").GetString());
    }

    [Fact]
    public async Task Without_script_the_page_explains_itself_with_a_picture()
    {
        await using var alone = await ServiceProcess.StartAsync("SseAspire.Web");
        var page = await browser.NewPageAsync(390, script: false);
        await page.GotoAsync(new Uri(alone.Address, "/recover").ToString());

        await Expect(page.Locator("svg.still")).ToBeVisibleAsync();
        await Expect(page.Locator("#main")).ToContainTextAsync("With JavaScript on, this page runs both connections");
        await Expect(page.Locator(".steps-list li")).ToHaveCountAsync(5);
        // What only a script can fill is not there to look broken.
        await Expect(page.Locator("#breaks")).ToBeHiddenAsync();
        await Expect(page.Locator("#sse")).ToBeHiddenAsync();
        await Expect(page.Locator("#resume")).ToBeHiddenAsync();
    }

    /// <summary>Opens the page and waits until both readers have an event.</summary>
    internal static async Task<IPage> OpenAsync(Site site, IPage page)
    {
        await page.GotoAsync(new Uri(site.Web.Address, "/recover").ToString());
        await Expect(page.Locator("#sse")).ToHaveAttributeAsync("data-phase", "live");
        await Expect(page.Locator("#websocket")).ToHaveAttributeAsync("data-phase", "live");
        return page;
    }

    /// <summary>Waits until both readers are back, so many times in all.</summary>
    internal static async Task ExpectHealedAsync(IPage page, int reconnects)
    {
        foreach (var reader in (string[])["sse", "websocket"])
        {
            await Expect(page.Locator($"#{reader} [data-field=reconnects]")).ToHaveTextAsync($"{reconnects}", new() { Timeout = 60_000 });
            await Expect(page.Locator($"#{reader}")).ToHaveAttributeAsync("data-phase", "live");
        }
    }

    private static async Task<int> CountAsync(IPage page, string reader, string field) =>
        int.Parse((await page.Locator($"#{reader} [data-field={field}]").TextContentAsync())!, NumberStyles.Integer, CultureInfo.InvariantCulture);

    /// <summary>The numbers of all events of the topic, as the API has them.</summary>
    private static async Task<IReadOnlyList<long>> PublishedAsync(Site site, string topic)
    {
        var answer = await site.Api.Client.GetStringAsync(
            $"/events/poll?topic={Uri.EscapeDataString(topic)}&history=1000&limit=1000", TestContext.Current.CancellationToken);
        return [.. JsonDocument.Parse(answer).RootElement.GetProperty("events").EnumerateArray()
            .Select(e => RecoverWitness.NumberOf(e.GetProperty("data").GetString()!)).Distinct()];
    }

    /// <summary>What was published from the first event that a reader got to its last.</summary>
    private static IEnumerable<long> Between(IReadOnlyList<long> published, IReadOnlyList<(string Id, long Number)> got) =>
        published.Where(number => number >= got[0].Number && number <= got[^1].Number);

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage answer) =>
        JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;

    [GeneratedRegex(@"^Healed after \d+\.\d s: \d+ events replayed, none lost\. The WebSocket has lost \d+\.$")]
    private static partial Regex HealedCaption();

    [GeneratedRegex("event: gap\\s[^{]*\\{\"missed\":(\\d+),\"from\":")]
    private static partial Regex CountedGap();
}
