using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.ServerSentEvents;
using SseAspire.Testing;

namespace SseAspire.Api.Tests;

/// <summary>
/// A reader that is cut before its first event gets what is published while it is away, with what docs/clients.md says to
/// set for its client.
/// </summary>
[Collection(nameof(SharedApi))]
public sealed class CutBeforeFirstEventTests(QuietApi quiet) : IClassFixture<QuietApi>
{
    private const string HeartbeatEvent = "&heartbeat=event";
    private const int Events = 3;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    /// <summary>What a client takes at most to read a frame that has arrived.</summary>
    private static readonly TimeSpan Read = TimeSpan.FromSeconds(1);

    private readonly string _topic = $"first-event-{Guid.NewGuid():N}";
    private readonly ConcurrentQueue<string> _received = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("azure-core-sse", HeartbeatEvent)]
    [InlineData("eventsource-2", "")]
    [InlineData("eventsource-3", HeartbeatEvent)]
    [InlineData("eventsource-4", HeartbeatEvent)]
    [InlineData("eventsource-client", HeartbeatEvent)]
    [InlineData("eventsource-parser", HeartbeatEvent)]
    [InlineData("launchdarkly-eventsource", HeartbeatEvent)]
    public async Task A_client_in_Node_loses_nothing(string client, string setting)
    {
        var node = Executable.Find("node");
        var folder = await NodePackages.InstallAsync();
        await using var cable = Cable.To(quiet.Api.Address.Port);
        await using var program = new ReaderProcess(
            node, [Path.Combine(folder, "run.js"), client, StreamOver(cable, setting).ToString()], _received.Enqueue);

        await AssertNothingIsLostAsync(cable);
    }

    [Theory]
    [InlineData("browser", HeartbeatEvent)]
    [InlineData("event-source-polyfill", HeartbeatEvent)]
    [InlineData("fetch-event-source", "")]
    [InlineData("htmx", HeartbeatEvent)]
    [InlineData("react-native-sse", "")]
    [InlineData("reconnecting-eventsource", HeartbeatEvent)]
    [InlineData("sse.js", "")]
    [InlineData("turbo", HeartbeatEvent)]
    public async Task A_client_in_Chromium_loses_nothing(string client, string setting)
    {
        var folder = await NodePackages.InstallAsync();
        await using var cable = Cable.To(quiet.Api.Address.Port);
        await using var page = await ReaderPage.ServeAsync(quiet.AllowedOrigin, folder, client, StreamOver(cable, setting), _received.Enqueue);
        await using var browser = Browser.OpenChromium(quiet.AllowedOrigin);

        await AssertNothingIsLostAsync(cable, client == "turbo" ? AsTurboStream : data => data);
    }

    [Fact]
    public async Task Firefoxs_EventSource_loses_nothing()
    {
        await using var cable = Cable.To(quiet.Api.Address.Port);
        await using var page = await ReaderPage.ServeAsync(quiet.AllowedOrigin, NodePackages.Folder, "browser", StreamOver(cable, HeartbeatEvent), _received.Enqueue);
        await using var browser = Browser.OpenFirefox(quiet.AllowedOrigin);

        await AssertNothingIsLostAsync(cable);
    }

    [Fact]
    public async Task The_SseParser_of_Net_loses_nothing()
    {
        await using var cable = Cable.To(quiet.Api.Address.Port);
        using var left = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var reading = ReadWithSseParserAsync(StreamOver(cable, HeartbeatEvent), left.Token);

        await AssertNothingIsLostAsync(cable);

        await left.CancelAsync();
        await reading;
    }

    private static string AsTurboStream(string data) => $"<turbo-stream action=\"append\" target=\"events\"><template>{data}</template></turbo-stream>";

    private Uri StreamOver(Cable cable, string setting) => new($"http://127.0.0.1:{cable.Port}/events?topic={_topic}{setting}");

    /// <summary>As docs/http.md shows it: the cursor is the id of the last item.</summary>
    private async Task ReadWithSseParserAsync(Uri stream, CancellationToken left)
    {
        using var http = new HttpClient();
        var lastEventId = "";
        while (!left.IsCancellationRequested)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, stream);
                request.Headers.Add("Last-Event-ID", lastEventId);
                using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, left);
                await foreach (var item in SseParser.Create(await answer.Content.ReadAsStreamAsync(left)).EnumerateAsync(left))
                {
                    lastEventId = item.EventId;
                    if (item.EventType == "message")
                    {
                        _received.Enqueue(item.Data);
                    }
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
            {
                await Task.Delay(50, CancellationToken.None);
            }
        }
    }

    private Task AssertNothingIsLostAsync(Cable cable) => AssertNothingIsLostAsync(cable, data => data);

    private async Task AssertNothingIsLostAsync(Cable cable, Func<string, string> write)
    {
        await WaitUntilAsync(() => cable.BytesToClient > 0, "the reader is not connected");
        await Task.Delay(Read, Cancellation);

        cable.Unplug();
        var expected = Enumerable.Range(0, Events).Select(i => i.ToString(CultureInfo.InvariantCulture)).ToArray();
        foreach (var data in expected)
        {
            using var form = new FormUrlEncodedContent([new("topic", _topic), new("data", write(data))]);
            using var answer = await quiet.Api.Client.PostAsync("/events", form, Cancellation);
            answer.EnsureSuccessStatusCode();
        }

        var carried = cable.BytesToClient;
        cable.Plug();
        await WaitUntilAsync(() => cable.BytesToClient > carried, "the reader does not reconnect");
        for (var waited = Stopwatch.GetTimestamp(); _received.Count < Events && Stopwatch.GetElapsedTime(waited) < TimeSpan.FromSeconds(10);)
        {
            await Task.Delay(20, Cancellation);
        }

        Assert.Equal(expected, _received);
    }

    private static async Task WaitUntilAsync(Func<bool> isSo, string otherwise)
    {
        for (var waited = Stopwatch.GetTimestamp(); !isSo();)
        {
            Assert.True(Stopwatch.GetElapsedTime(waited) < Timeout, otherwise);
            await Task.Delay(20, Cancellation);
        }
    }
}
