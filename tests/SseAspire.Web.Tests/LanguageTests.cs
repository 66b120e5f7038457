using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace SseAspire.Web.Tests;

/// <summary>Each page speaks one language: the one that its visitor reads.</summary>
public sealed partial class LanguageTests(SiteFixture fixture, Browser browser) : IClassFixture<SiteFixture>
{
    private readonly Site _site = fixture.Site;

    /// <summary>Every page there is.</summary>
    public static TheoryData<string> Pages => ["/", "/compare", "/recover", "/learn", "/console", "/hub", "/nowhere"];

    [Theory]
    [InlineData("ru-RU,ru;q=0.9,en;q=0.8", "ru")]
    [InlineData("ru", "ru")]
    [InlineData("en-US,en;q=0.9,ru;q=0.1", "en")]
    [InlineData("fr", "en")]
    public async Task The_browser_says_which_language(string accepted, string language)
    {
        using var answer = await GetAsync("/", accepted);

        Assert.Equal(language, await LanguageOfAsync(answer));
        Assert.Equal([language], answer.Content.Headers.ContentLanguage);
        Assert.Contains("Accept-Language", answer.Headers.Vary);
    }

    [Fact]
    public async Task The_switch_is_remembered_and_keeps_the_rest_of_the_address()
    {
        var page = await browser.NewPageAsync(script: false);
        await page.GotoAsync(new Uri(_site.Web.Address, "/?from=a%26b").ToString());
        await Expect(page.Locator("html")).ToHaveAttributeAsync("lang", "en");

        await page.GetByRole(AriaRole.Link, new() { Name = "Русский" }).ClickAsync();
        await Expect(page.Locator("html")).ToHaveAttributeAsync("lang", "ru");
        Assert.EndsWith("/?from=a%26b&lang=ru", page.Url, StringComparison.Ordinal);

        await page.GotoAsync(_site.Web.Address.ToString());
        await Expect(page.Locator("html")).ToHaveAttributeAsync("lang", "ru");
        await page.GetByRole(AriaRole.Link, new() { Name = "English" }).ClickAsync();
        await Expect(page.Locator("html")).ToHaveAttributeAsync("lang", "en");
    }

    [Fact]
    public async Task Search_engines_find_the_other_language()
    {
        using var answer = await GetAsync("/", "en");
        var html = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Contains("<link rel=\"alternate\" hreflang=\"en\" href=\"?lang=en\">", html, StringComparison.Ordinal);
        Assert.Contains("<link rel=\"alternate\" hreflang=\"ru\" href=\"?lang=ru\">", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Figures_and_refusals_are_written_as_the_language_does()
    {
        await _site.PublishAsync("status/host", "host", """{"cpu":{"percent":7.5},"network":{"receivedBytesPerSecond":1234},"disk":{"freeBytes":53200000000}}""");
        var page = await browser.NewPageAsync(language: "ru-RU");
        await page.GotoAsync(_site.Web.Address.ToString());

        await Expect(page.Locator("[data-field=cpu]")).ToHaveTextAsync("7,5 %");
        await Expect(page.Locator("#tiles [data-field=received]")).ToHaveTextAsync("1,2 кБ/с");
        await Expect(page.Locator("[data-field=disk]")).ToHaveTextAsync("53,2 ГБ");
        await page.GetByRole(AriaRole.Button, new() { Name = "Отправить" }).ClickAsync();
        await Expect(page.Locator("#text-error")).ToHaveTextAsync("Напишите, что отправить.");
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task No_page_mixes_languages(string path)
    {
        // Everything live has words of its language on it; what publishers say is in theirs.
        var russian = await WordsAsync(path, "ru-RU");
        Assert.Equal([], russian.Where(word => Latin().IsMatch(word) && !Names().IsMatch(word)).Distinct());
        Assert.Contains(russian, word => Cyrillic().IsMatch(word));

        Assert.Equal([], (await WordsAsync(path, "en-US")).Where(word => Cyrillic().IsMatch(word)).Distinct());
    }

    /// <summary>The words that a visitor sees or hears of, but for the language switch and what events say.</summary>
    private async Task<string[]> WordsAsync(string path, string language)
    {
        var page = await browser.NewPageAsync(language: language);
        await page.GotoAsync(new Uri(_site.Web.Address, path).ToString());
        if (path == "/")
        {
            await Expect(page.Locator("#connection")).ToHaveAttributeAsync("data-state", "live");
        }

        return await page.EvaluateAsync<string[]>("""
            () => {
              const skipped = 'script, style, code, pre, textarea, .languages, .mono, .quake-place, .note-text, .note-from, [data-field=host]';
              const words = [document.title];
              for (const element of document.querySelectorAll('body *')) {
                if (element.closest(skipped)) continue;
                for (const name of ['aria-label', 'title', 'placeholder', 'alt']) words.push(element.getAttribute(name) ?? '');
                for (const node of element.childNodes) if (node.nodeType === Node.TEXT_NODE) words.push(node.textContent);
              }
              return words.flatMap((text) => text.split(/[^\p{L}-]+/u)).filter((word) => word.length > 1);
            }
            """);
    }

    private async Task<HttpResponseMessage> GetAsync(string path, string accepted)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.AcceptLanguage.ParseAdd(accepted);
        return await _site.Web.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static async Task<string> LanguageOfAsync(HttpResponseMessage answer) =>
        Html().Match(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Groups[1].Value;

    [GeneratedRegex("<html lang=\"([^\"]+)\">")]
    private static partial Regex Html();

    [GeneratedRegex("[A-Za-z]{2,}")]
    private static partial Regex Latin();

    [GeneratedRegex(@"\p{IsCyrillic}")]
    private static partial Regex Cyrillic();

    /// <summary>Names that are the same everywhere.</summary>
    [GeneratedRegex("^(SseAspire|USGS|Server-Sent|Events|JavaScript|WebSocket|EventSource|id|HTTP|HTTP-запрос|SSE|UTC|curl|API|Markdown|TCP|TLS|JSON|NUL|CR|POST|GET|Upgrade|Last-Event-ID|Base|NET|POSIX|retry)$")]
    private static partial Regex Names();
}
