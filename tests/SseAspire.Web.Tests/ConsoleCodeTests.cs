using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using static Microsoft.Playwright.Assertions;

namespace SseAspire.Web.Tests;

/// <summary>
/// The code that the console gives away runs as it stands, against this very hub, whatever stands in the forms: all
/// that a shell, C#, JavaScript or an address could take for its own.
/// </summary>
public sealed partial class ConsoleCodeTests(SiteFixture fixture, Browser browser) : IClassFixture<SiteFixture>
{
    private const string Type = """it's "такой" \type$""";
    private const string Data = "{\"a\":\"it's $HOME `id` \\n\",\n\t\"б\":\"100 % & #?+\"}\n'''\n\"\"\"\"  !\u00A0\u200B𝄞";
    private const string OneLine = """""{"text":"""" it's \n $HOME","п":"{}"}""""";

    /// <summary>Compiling takes some seconds, on a machine that does much else some more.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(6);

    private static readonly string[] Transports = ["sse", "websocket", "long-poll", "poll"];

    private readonly Site _site = fixture.Site;

    [Fact]
    public async Task The_curl_commands_publish_and_read_what_stands_in_the_forms()
    {
        Assert.SkipUnless(File.Exists("/bin/sh") && File.Exists("/usr/bin/curl"), "no curl on this machine (Debian: apt-get install curl)");
        var topic = TopicOf("curl");
        await using (var publish = CommandLine.Type(await ShownAsync("publish-curl", topic, Data)))
        {
            await publish.UntilPrintedAsync("{\"id\":\"", Patience, () => Task.CompletedTask);
        }

        await AssertPublishedAsync(topic, Data);
        foreach (var transport in Transports.Where(transport => transport != "websocket" || CurlHasWebSockets()))
        {
            await using var subscribe = CommandLine.Type(await ShownAsync("subscribe-curl", topic, Data, $"&transport={transport}&history=1"));
            await subscribe.UntilPrintedAsync("100 % & #?+", Patience, () => Task.CompletedTask);
        }
    }

    [Fact]
    public async Task A_curl_command_with_control_characters_publishes_their_bytes_and_runs_nothing_where_it_is_pasted()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script") && File.Exists("/usr/bin/curl") && File.Exists("/bin/bash"), "no bash, script or curl on this machine");
        var (topic, pastedTopic) = (TopicOf("control"), TopicOf("pasted"));
        var run = Path.Combine(Path.GetTempPath(), $"sse-aspire-{Guid.NewGuid():N}");
        // Ends a bracketed paste, then a command.
        var data = $"it's \u001b[201~\rtouch {run}\r\t\a\0 \u009b31m \u202e \U000E0041 100 % & #?+\nlast";
        var command = await ShownAsync("publish-curl", topic, data);
        Assert.DoesNotContain(command, character => character != '\n' && (char.IsControl(character) || character == '\u202e'));
        await using (var publish = CommandLine.Type("exec bash command", ("command", command)))
        {
            await publish.UntilPrintedAsync("{\"id\":\"", Patience, () => Task.CompletedTask);
        }

        await AssertPublishedAsync(topic, data);

        var paste = $"\u001b[200~{await ShownAsync("publish-curl", pastedTopic, data)}\u001b[201~\r";
        await using var terminal = CommandLine.Type("exec script -qefc 'bash --norc --noprofile -i' /dev/null < pasted", ("pasted", paste));
        await terminal.UntilPrintedAsync("{\"id\":\"", Patience, () => Task.CompletedTask);
        await AssertPublishedAsync(pastedTopic, data);
        Assert.False(File.Exists(run), "A pasted command was run.");
    }

    [Theory]
    [InlineData(HttpStatusCode.RequestEntityTooLarge, "multipart/form-data; boundary=b", 600_000)]
    [InlineData(HttpStatusCode.RequestEntityTooLarge, "application/x-www-form-urlencoded", 600_000)]
    [InlineData(HttpStatusCode.BadRequest, "multipart/form-data", 10)]
    [InlineData(HttpStatusCode.BadRequest, "multipart/form-data; boundary=b", 10)]
    [InlineData(HttpStatusCode.UnsupportedMediaType, "text/plain", 10)]
    public async Task A_form_that_cannot_be_read_is_refused_and_is_no_failure_of_the_server(HttpStatusCode status, string type, int length)
    {
        using var content = new StringContent(new string('x', length));
        content.Headers.ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse(type);

        using var answer = await _site.Web.Client.PostAsync("/console/code", content, TestContext.Current.CancellationToken);

        Assert.Equal(status, answer.StatusCode);
    }

    [Fact]
    public async Task One_address_that_asks_for_code_all_the_time_is_told_to_wait_and_others_are_not()
    {
        await using var web = await SseAspire.Testing.ServiceProcess.StartAsync("SseAspire.Web");
        using var other = Visitor.From("127.0.0.2", web.Address);
        HttpResponseMessage answer;
        var answered = 0;
        while ((answer = await AskAsync(web.Client)).StatusCode == HttpStatusCode.OK)
        {
            answer.Dispose();
            Assert.InRange(answered++, 0, 1_000);
        }

        using (answer)
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
            Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter?.Delta);
        }

        // As many as a person causes who types.
        Assert.InRange(answered, 30, 1_000);
        using var another = await AskAsync(other.Http);
        Assert.Equal(HttpStatusCode.OK, another.StatusCode);

        static Task<HttpResponseMessage> AskAsync(HttpClient http) => http.PostAsync(
            new Uri("/console/code", UriKind.Relative), new FormUrlEncodedContent([new("topic", "a")]), TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("error", "en", "Choose another type: EventSource uses error, open for its own events.")]
    [InlineData("open", "ru", "Выберите другой тип: именами error, open EventSource называет собственные события.")]
    public async Task The_form_says_which_types_EventSource_keeps_for_itself(string type, string language, string said)
    {
        var page = await browser.NewPageAsync(language: language);
        var answer = await page.GotoAsync(new Uri(_site.Web.Address, $"/console?publish.topic=a&publish.type={type}&publish.data=x").ToString());

        Assert.Equal((int)HttpStatusCode.BadRequest, answer!.Status);
        await Expect(page.GetByText(said)).ToBeVisibleAsync();
        await Expect(page.Locator("#publish-type")).ToHaveValueAsync(type);
    }

    [Fact]
    public async Task The_CSharp_programs_compile_publish_and_read_what_stands_in_the_forms()
    {
        Assert.SkipUnless(File.Exists("/bin/sh"), "no shell on this machine");
        var topic = TopicOf("csharp");
        var publications = new List<string>();
        foreach (var data in (string[])[Data, OneLine])
        {
            publications.Add(await ShownAsync("publish-csharp", topic, data));
        }

        var readers = new List<string>();
        foreach (var transport in Transports)
        {
            readers.Add(await ShownAsync("subscribe-csharp", topic, Data, $"&transport={transport}&history=1&interval=1"));
        }

        // To compile is what takes long: all are functions of one program, but for that as they stand.
        var bodies = publications.Concat(readers).Select(Body).ToArray();
        var program = $$"""
            #:property PublishAot=false
            {{string.Join('\n', publications.Concat(readers).SelectMany(code => Using().Matches(code)).Select(match => match.Value).Distinct())}}

            await Run0();
            await Run1();
            await Task.WhenAll({{string.Join(", ", Enumerable.Range(2, Transports.Length).Select(n => $"Run{n}()"))}});

            {{string.Join('\n', bodies.Select((body, n) => $"async Task Run{n}()\n{{\n{body}\n}}"))}}

            """;
        await using var run = CommandLine.Type("MSBUILDDISABLENODEREUSE=1 dotnet run console.cs", ("console.cs", program));
        await run.UntilPrintedAsync("{\"id\":\"", Patience, () => Task.CompletedTask);

        // History begins with the last publication; what comes then is seen by all four.
        await run.UntilPrintedAsync("\"text\":", Patience, () => Task.CompletedTask);
        await AssertPublishedAsync(topic, Data, OneLine);
        await run.UntilAsync(
            output => EventLine().Matches(output).GroupBy(match => match.Groups[1].Value).Any(lines => lines.Count() == Transports.Length - 1)
                && output.Contains("\"data\":\"for all of them\"", StringComparison.Ordinal),
            "Not all four have read the same event",
            Patience,
            () => _site.PublishAsync(topic, "known", "for all of them"));
    }

    [Fact]
    public async Task The_JavaScript_publishes_and_reads_what_stands_in_the_forms()
    {
        var topic = TopicOf("javascript");
        var page = await browser.NewPageAsync();
        await page.GotoAsync(new Uri(_site.Web.Address, "/learn").ToString());
        await page.EvaluateAsync(Module(await ShownAsync("publish-javascript", topic, Data)));
        await AssertPublishedAsync(topic, Data);

        foreach (var transport in Transports)
        {
            var said = page.WaitForConsoleMessageAsync(new() { Predicate = message => message.Text.Contains("100 % & #?+", StringComparison.Ordinal) });
            var code = await ShownAsync("subscribe-javascript", topic, Data, $"&transport={transport}&history=1");
            // It goes on for as long as the page is open.
            await page.EvaluateAsync($"() => {{ ({Module(code)})(); }}");
            Assert.Contains(transport == "websocket" ? "\"topic\":" : "", (await said).Text, StringComparison.Ordinal);
            await page.ReloadAsync();
        }
    }

    [Fact]
    public async Task The_code_follows_the_forms_and_is_the_one_that_the_server_shows_for_their_address()
    {
        var page = await browser.NewPageAsync();
        await page.GotoAsync(new Uri(_site.Web.Address, "/console").ToString());
        await page.Locator("#topic").FillAsync(TopicOf("live"));
        await page.Locator("#publish-topic").FillAsync(TopicOf("live"));
        await page.Locator("#publish-type").FillAsync(Type);
        await page.Locator("#publish-data").FillAsync(Data);
        await Expect(page.Locator("#publish-curl")).ToContainTextAsync("100 %25 %26 #?%2B");
        string[] ids = [.. ((string[])["subscribe", "publish"]).SelectMany(half => ((string[])["curl", "csharp", "javascript"]).Select(language => $"{half}-{language}"))];
        var live = await Task.WhenAll(ids.Select(id => page.Locator($"#{id}").TextContentAsync()));

        var html = await _site.Web.Client.GetStringAsync(new Uri(page.Url).PathAndQuery, TestContext.Current.CancellationToken);
        Assert.Equal(ids.Select(id => Shown(html, id)), live);

        await page.GetByLabel("C#").CheckAsync();
        await Expect(page.Locator("#subscribe-csharp")).ToBeVisibleAsync();
        await Expect(page.Locator("#subscribe-curl")).ToBeHiddenAsync();
        await page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await page.Locator("[data-copy=publish-csharp]").ClickAsync();
        await Expect(page.Locator("[data-copy=publish-csharp]")).ToHaveTextAsync("Copied");
        Assert.Equal(live[4], await page.EvaluateAsync<string>("navigator.clipboard.readText()"));
    }

    private static string TopicOf(string language) => $"tests/{language}/«a b» \"c\" 'd' $HOME & e=f #g?h \\i %41 `id` [1-2]{{3,4}} + ёж";

    private Task<string> ShownAsync(string id, string topic, string data, string more = "") => ShownAsync(
        id, $"/console?topic={Uri.EscapeDataString(topic)}{more}&publish.topic={Uri.EscapeDataString(topic)}&publish.type={Uri.EscapeDataString(Type)}&publish.data={Uri.EscapeDataString(data)}");

    private async Task<string> ShownAsync(string id, string address) =>
        Shown(await _site.Web.Client.GetStringAsync(address, TestContext.Current.CancellationToken), id);

    private static string Shown(string html, string id) =>
        WebUtility.HtmlDecode(Regex.Match(html, $"<code id=\"{id}\">(.*?)</code>", RegexOptions.Singleline).Groups[1].Value);

    private async Task AssertPublishedAsync(string topic, params string[] data)
    {
        JsonElement[] events = [];
        for (var tries = 1; events.Length < data.Length; tries++)
        {
            // The hub reads of it a moment after it was published.
            Assert.InRange(tries, 1, 300);
            await Task.Delay(100, TestContext.Current.CancellationToken);
            var answer = await _site.Api.Client.GetFromJsonAsync<JsonElement>(
                $"/events/poll?topic={Uri.EscapeDataString(topic)}&after=earliest", TestContext.Current.CancellationToken);
            events = [.. answer.GetProperty("events").EnumerateArray()];
        }

        Assert.Equal(data, events.Select(e => e.GetProperty("data").GetString()));
        Assert.All(events, e => Assert.Equal((topic, Type), (e.GetProperty("topic").GetString(), e.GetProperty("type").GetString())));
    }

    private static bool CurlHasWebSockets()
    {
        using var curl = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("curl", "--version") { RedirectStandardOutput = true })!;
        return curl.StandardOutput.ReadToEnd().Contains(" ws ", StringComparison.Ordinal);
    }

    /// <summary>The code as a function, which is what a module is but for its name.</summary>
    private static string Module(string code) => $"async () => {{ {code} }}";

    private static string Body(string code) => Using().Replace(code, "");

    [GeneratedRegex(@"(\d+-\d+) known: for all of them")]
    private static partial Regex EventLine();

    [GeneratedRegex(@"^using [\w.]+;$", RegexOptions.Multiline)]
    private static partial Regex Using();
}
