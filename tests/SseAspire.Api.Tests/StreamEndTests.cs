using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using SseAspire.Testing;

namespace SseAspire.Api.Tests;

/// <summary>How the hub refuses a stream that it cannot serve now, and ends those that it serves.</summary>
[Collection(nameof(SharedApi))]
public sealed class StreamEndTests(SharedApi shared)
{
    private const string Topic = "ends";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Hub__MaxConnections")]
    [InlineData("Hub__MaxConnectionsPerAddress")]
    public async Task A_full_hub_refuses_EventSource_so_that_it_comes_back_and_others_with_503(string limit)
    {
        await using var api = await shared.StartAnotherAsync((limit, "1"));
        var only = await OpenStream.OpenAsync(api.Address, $"topic={Topic}");

        using var browser = await GetAsync(api, "text/event-stream");
        Assert.Equal(HttpStatusCode.OK, browser.StatusCode);
        Assert.Equal("text/event-stream", browser.Content.Headers.ContentType?.ToString());
        Assert.Matches("^retry: [0-9]+\n\n$", await browser.Content.ReadAsStringAsync(Cancellation));

        using var program = await GetAsync(api, "*/*");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, program.StatusCode);
        Assert.True(program.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        Assert.Equal("application/problem+json", program.Content.Headers.ContentType?.MediaType);

        // The place is free again as soon as the one who had it has left.
        await only.DisposeAsync();
        await using var next = await OpenUntilServedAsync(api);
        await PublishAsync(api, "x");
        Assert.Equal("x", (await next.NextAsync()).Data);
    }

    [Fact]
    public async Task Clients_that_are_gone_before_their_stream_is_open_take_no_place_and_are_no_failure()
    {
        await using var api = await shared.StartAnotherAsync(("Hub__MaxConnections", "10"));
        var request = Encoding.ASCII.GetBytes($"GET /events?topic={Topic} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        for (var i = 0; i < 2_000; i++)
        {
            using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await client.ConnectAsync(IPAddress.Loopback, api.Address.Port, Cancellation);
            await client.SendAsync(request, Cancellation);
            // With a reset, at once or while it is opened.
            client.LingerState = new LingerOption(true, 0);
            Thread.SpinWait(i * 20);
        }

        List<OpenStream> all = [];
        for (var i = 0; i < 10; i++)
        {
            all.Add(await OpenUntilServedAsync(api));
        }

        foreach (var stream in all)
        {
            await stream.DisposeAsync();
        }

        Assert.DoesNotContain("fail:", api.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_ends_when_it_is_old_with_a_retry_and_resumes_without_loss()
    {
        await using var api = await shared.StartAnotherAsync(("Hub__MaxLifetime", "00:00:02"), ("Hub__Retry", "00:00:07"));
        await PublishAsync(api, "0");
        var started = Stopwatch.GetTimestamp();
        await using var old = await OpenStream.OpenAsync(api.Address, $"topic={Topic}&lastEventId=earliest");
        Assert.Equal("0", (await old.NextAsync()).Data);

        await old.Ended;

        // Two seconds, spread by a tenth, looked at once a second.
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.FromSeconds(0.8), TimeSpan.FromSeconds(10));
        Assert.InRange(old.Retry!.Value, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(9));
        await PublishAsync(api, "1");
        await using var resumed = await OpenStream.OpenAsync(api.Address, $"topic={Topic}", resumeFrom: old.LastEventId);
        Assert.Equal("1", (await resumed.NextAsync()).Data);
    }

    [Fact]
    public async Task An_api_that_is_asked_to_end_closes_its_streams_between_events_and_ends()
    {
        await using var api = await shared.StartAnotherAsync(("Hub__DrainTime", "00:00:01"));
        using var answer = await GetAsync(api, "text/event-stream");
        using var stream = new StreamReader(await answer.Content.ReadAsStreamAsync(Cancellation));
        var wire = stream.ReadToEndAsync(Cancellation);
        await using var reader = await OpenStream.OpenAsync(api.Address, $"topic={Topic}");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var publishing = PublishUntilAsync(api, stop.Token);
        await reader.NextAsync(20);

        var asked = Stopwatch.GetTimestamp();
        var code = await api.StopAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(0, code);
        Assert.InRange(Stopwatch.GetElapsedTime(asked), TimeSpan.Zero, TimeSpan.FromSeconds(10));
        await stop.CancelAsync();
        await publishing;
        // Ended by the API itself, so whole to the last byte: events, then the wait before the reconnect.
        Assert.Matches("^retry: [0-9]+\nid: [0-9]+-[0-9]+\n\n(id: [0-9]+-[0-9]+\ndata: [0-9]+\n\n)+retry: [0-9]+\n\n$", await wire);
        await reader.Ended;
    }

    private static async Task<HttpResponseMessage> GetAsync(ServiceProcess api, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/events?topic={Topic}");
        request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse(accept));
        return await api.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
    }

    /// <summary>A stream that starts somewhere: one that is refused says only when to come back.</summary>
    private static async Task<OpenStream> OpenUntilServedAsync(ServiceProcess api)
    {
        for (var since = Stopwatch.GetTimestamp(); ;)
        {
            Assert.True(Stopwatch.GetElapsedTime(since) < TimeSpan.FromMinutes(1), "No place has become free in a minute.");
            var stream = await OpenStream.OpenAsync(api.Address, $"topic={Topic}");
            if (stream.LastEventId.Length > 0)
            {
                return stream;
            }

            await stream.DisposeAsync();
            await Task.Delay(50, Cancellation);
        }
    }

    private static async Task PublishAsync(ServiceProcess api, string data)
    {
        using var form = new FormUrlEncodedContent([new("topic", Topic), new("data", data)]);
        using var answer = await api.Client.PostAsync("/events", form, Cancellation);
        answer.EnsureSuccessStatusCode();
    }

    private static async Task PublishUntilAsync(ServiceProcess api, CancellationToken stopped)
    {
        for (var i = 0; !stopped.IsCancellationRequested; i++)
        {
            try
            {
                await PublishAsync(api, i.ToString(CultureInfo.InvariantCulture));
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                // It has stopped listening.
                return;
            }
        }
    }
}
