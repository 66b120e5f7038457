using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;

namespace SseAspire.Api.Tests;

/// <summary>
/// Readers that others wrote get every event once and in order, each by its own way to reconnect, while their
/// streams are cut.
/// </summary>
[Collection(nameof(SharedApi))]
public sealed class ThirdPartyReaderTests(SharedApi shared)
{
    private const int Events = 200;
    private const int EventsBetweenCuts = 50;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly string _topic = $"third-party-{Guid.NewGuid():N}";
    private readonly ConcurrentQueue<string> _received = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string OwnEventSource => $"""<script>new EventSource("{Stream}").onmessage = (event) => report(event.data);</script>""";

    private Uri Stream => new(shared.Api.Address, $"/events?topic={_topic}");

    [Fact]
    public async Task The_SseParser_of_Net()
    {
        using var left = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var reading = ReadWithSseParserAsync(left.Token);

        await AssertEveryEventOnceAsync();

        await left.CancelAsync();
        await reading;
    }

    [Fact]
    public async Task Curl()
    {
        var curl = Executable.Find("curl");
        using var left = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var reading = ReadWithCurlAsync(curl, left.Token);

        await AssertEveryEventOnceAsync();

        await left.CancelAsync();
        await reading;
    }

    [Fact]
    public async Task Chromiums_EventSource()
    {
        var chromium = Executable.Find("chromium", "chromium-browser", "google-chrome");
        await ReadInChromiumAsync(chromium, OwnEventSource);
    }

    [Fact]
    public async Task Htmx()
    {
        var chromium = Executable.Find("chromium", "chromium-browser", "google-chrome");
        await NodePackages.InstallAsync();
        await ReadInChromiumAsync(chromium, $"""
            <script src="/npm/htmx.org/dist/htmx.js"></script>
            <script src="/npm/htmx-ext-sse/sse.js"></script>
            <script>addEventListener("htmx:sseMessage", (event) => report(event.detail.data));</script>
            <div hx-ext="sse" sse-connect="{Stream}"><p sse-swap="message"></p></div>
            """);
    }

    [Theory]
    [InlineData("react-native-event-source/EventSource.js", "")]
    // It leaves it to the application to open the stream again after an error of the network.
    [InlineData("react-native-sse/src/EventSource.js", "source.addEventListener('error', () => setTimeout(() => source.open(), 200));")]
    public async Task A_package_for_React_Native(string file, string onError)
    {
        var chromium = Executable.Find("chromium", "chromium-browser", "google-chrome");
        await NodePackages.InstallAsync();
        await ReadInChromiumAsync(chromium, $$"""
            <script>
              fetch("/npm/{{file}}").then((answer) => answer.text()).then((module) => {
                // As React Native's bundler does it: a module is a function, and not in strict mode.
                const EventSource = new Function(module.replace("export default EventSource;", "return EventSource;"))();
                const source = new EventSource("{{Stream}}", {});
                source.addEventListener("message", (event) => report(event.data));
                {{onError}}
              });
            </script>
            """);
    }

    [Fact]
    public async Task Firefoxs_EventSource()
    {
        var firefox = Executable.Find("firefox-esr", "firefox");
        await using var page = await ReaderPage.ServeAsync(shared.AllowedOrigin, OwnEventSource, _received.Enqueue);
        await using var browser = new ReaderProcess(
            firefox,
            ["--headless", "--no-remote", "--profile", "{folder}", shared.AllowedOrigin.ToString()],
            onLine: null,
            // Nothing that a browser asks of its maker when it is new.
            ("user.js", """
                user_pref("app.update.auto", false);
                user_pref("browser.aboutwelcome.enabled", false);
                user_pref("browser.safebrowsing.update.enabled", false);
                user_pref("browser.shell.checkDefaultBrowser", false);
                user_pref("browser.startup.homepage_override.mstone", "ignore");
                user_pref("datareporting.policy.dataSubmissionEnabled", false);
                user_pref("extensions.update.enabled", false);
                user_pref("network.captive-portal-service.enabled", false);
                user_pref("network.connectivity-service.enabled", false);
                """));

        await AssertEveryEventOnceAsync();
    }

    [Theory]
    [InlineData("eventsource")]
    [InlineData("launchdarkly-eventsource")]
    public async Task A_package_of_npm(string package)
    {
        var node = Executable.Find("node");
        var folder = await NodePackages.InstallAsync();
        await using var program = new ReaderProcess(node, [Path.Combine(folder, $"{package}.js"), Stream.ToString()], _received.Enqueue);

        await AssertEveryEventOnceAsync();
    }

    [Fact]
    public async Task Nodes_WebSocket()
    {
        var node = Executable.Find("node");
        var address = new UriBuilder(Stream) { Scheme = "ws", Path = "/events/websocket" }.Uri;
        // On by itself since version 22.
        await using var program = new ReaderProcess(
            node, ["--experimental-websocket", Path.Combine(AppContext.BaseDirectory, "Node", "websocket.js"), address.ToString()], _received.Enqueue);

        await AssertEveryEventOnceAsync();
    }

    /// <summary>Reads from a page of another origin with what its body has.</summary>
    private async Task ReadInChromiumAsync(string chromium, string body)
    {
        await using var page = await ReaderPage.ServeAsync(shared.AllowedOrigin, body, _received.Enqueue);
        await using var browser = new ReaderProcess(chromium,
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--user-data-dir={folder}", shared.AllowedOrigin.ToString(),
        ]);

        await AssertEveryEventOnceAsync();
    }

    private async Task ReadWithSseParserAsync(CancellationToken left)
    {
        var lastEventId = "";
        while (!left.IsCancellationRequested)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, Stream);
                if (lastEventId.Length > 0)
                {
                    request.Headers.Add("Last-Event-ID", lastEventId);
                }

                using var response = await shared.Api.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, left);
                var parser = SseParser.Create(await response.Content.ReadAsStreamAsync(left));
                await foreach (var item in parser.EnumerateAsync(left))
                {
                    _received.Enqueue(item.Data);
                    lastEventId = item.EventId!;
                }

                await Task.Delay(parser.ReconnectionInterval, left);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
            {
                // Cut, or left.
            }
        }
    }

    /// <summary>As a shell script would: curl prints the stream, and is started again with the last id it printed.</summary>
    private async Task ReadWithCurlAsync(string curl, CancellationToken left)
    {
        var (lastEventId, id, data) = ("", "", (string?)null);
        while (!left.IsCancellationRequested)
        {
            await using var program = new ReaderProcess(curl, ["-sN", "-H", $"Last-Event-ID: {lastEventId}", Stream.ToString()], Take);
            await program.WaitForExitAsync(left).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            data = null;
        }

        void Take(string line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal))
            {
                id = line["id: ".Length..];
            }
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                data = line["data: ".Length..];
            }
            else if (line.Length == 0)
            {
                lastEventId = id;
                if (data is not null)
                {
                    _received.Enqueue(data);
                    data = null;
                }
            }
        }
    }

    /// <summary>Publishes numbers, cuts the reader's stream in the middle of them, again and again, and compares what it got.</summary>
    private async Task AssertEveryEventOnceAsync()
    {
        for (var i = 0; i < Events; i++)
        {
            if (i % EventsBetweenCuts == 0)
            {
                // Only who is connected can be cut.
                await WaitUntilConnectedAsync();
            }

            await PublishAsync(i);
            if (i % EventsBetweenCuts == EventsBetweenCuts / 2)
            {
                using var cut = await shared.Api.Client.PostAsync("/operations/drop", null, Cancellation);
                cut.EnsureSuccessStatusCode();
            }

            await Task.Delay(2, Cancellation);
        }

        var expected = Enumerable.Range(0, Events).Select(i => i.ToString(CultureInfo.InvariantCulture)).ToArray();
        for (var waited = Stopwatch.GetTimestamp(); _received.Count < Events && Stopwatch.GetElapsedTime(waited) < Patience;)
        {
            await Task.Delay(20, Cancellation);
        }

        // One that got an event twice may still be about to say so.
        await Task.Delay(300, Cancellation);
        Assert.Equal(expected, _received);
    }

    private async Task PublishAsync(int number)
    {
        using var form = new FormUrlEncodedContent([new("topic", _topic), new("data", number.ToString(CultureInfo.InvariantCulture))]);
        using var answer = await shared.Api.Client.PostAsync("/events", form, Cancellation);
        answer.EnsureSuccessStatusCode();
    }

    private async Task WaitUntilConnectedAsync()
    {
        for (var waited = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(waited) < Patience;)
        {
            var stats = await shared.Api.Client.GetFromJsonAsync<JsonNode>("/stats", Cancellation);
            if (stats!["connections"]!["byTopic"]!.AsObject().ContainsKey(_topic))
            {
                return;
            }

            await Task.Delay(20, Cancellation);
        }

        Assert.Fail("the reader is not connected");
    }
}
