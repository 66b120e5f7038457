using System.Net;
using System.Net.WebSockets;
using SseAspire.Testing;

namespace SseAspire.Api.Tests.Attacks;

/// <summary>
/// Streams, long polls and WebSockets that end, each on its own, while the operator drops everybody again and again: the
/// abort of a request that has ended must not reach the next request of its connection.
/// </summary>
/// <param name="api">What is attacked, over HTTP/1.1.</param>
/// <param name="http2">Where it speaks HTTP/2.</param>
internal sealed class LateAborts(ServiceProcess api, Uri http2)
{
    private const int Clients = 16;

    private int _ended;
    private int _answered;

    /// <summary>How many requests that may be aborted have ended.</summary>
    public int Ended => _ended;

    /// <summary>How many requests of the same HTTP/2 connection, which nobody may abort, were answered.</summary>
    public int Answered => _answered;

    /// <summary>How often everybody was dropped.</summary>
    public int Drops { get; private set; }

    /// <summary>Attacks for so long.</summary>
    public async Task RunAsync(TimeSpan duration)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        // HttpClient sends all requests of HTTP/2 over one connection.
        using var client = new HttpClient
        {
            BaseAddress = http2,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        end.CancelAfter(duration);
        Func<int, CancellationToken, Task>[] kinds =
        [
            (i, cancellation) => StreamAsync(client, i, cancellation),
            (i, cancellation) => StreamAsync(api.Client, i, cancellation),
            (i, cancellation) => LongPollAsync(client, i, cancellation),
            (i, cancellation) => LongPollAsync(api.Client, i, cancellation),
            WebSocketAsync,
        ];
        await Task.WhenAll(
        [
            .. from kind in kinds from i in Enumerable.Range(0, Clients) select RepeatAsync(kind, i, end.Token),
            DropAsync(end.Token),
            AskAsync(client, end.Token),
        ]);
    }

    private async Task RepeatAsync(Func<int, CancellationToken, Task> request, int i, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            // Some leave before they are dropped, some after.
            using var left = CancellationTokenSource.CreateLinkedTokenSource(end);
            left.CancelAfter(Random.Shared.Next(1, 60));
            try
            {
                await request(i, left.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException or WebSocketException)
            {
                // Left, or dropped.
            }

            Interlocked.Increment(ref _ended);
        }
    }

    private static async Task StreamAsync(HttpClient client, int i, CancellationToken cancellation)
    {
        using var answer = await client.GetAsync($"/events?topic=late/{i}", HttpCompletionOption.ResponseHeadersRead, cancellation);
        await using var stream = await answer.Content.ReadAsStreamAsync(cancellation);
        await stream.CopyToAsync(Stream.Null, cancellation);
    }

    private static async Task LongPollAsync(HttpClient client, int i, CancellationToken cancellation)
    {
        using var answer = await client.GetAsync($"/events/long-poll?topic=late/{i}&wait={i % 2}", cancellation);
    }

    private async Task WebSocketAsync(int i, CancellationToken cancellation)
    {
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(api.Address) { Scheme = "ws", Path = "/events/websocket", Query = $"topic=late/{i}" }.Uri, cancellation);
        var buffer = new byte[4096];
        while (socket.State == WebSocketState.Open)
        {
            await socket.ReceiveAsync(buffer, cancellation);
        }
    }

    private async Task DropAsync(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            using var answer = await api.Client.PostAsync("/operations/drop", null, CancellationToken.None);
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
            Drops++;
            await Task.Delay(20, CancellationToken.None);
        }
    }

    private async Task AskAsync(HttpClient client, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            using var answer = await client.GetAsync("/events/poll?topic=late/asked", CancellationToken.None);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            _answered++;
        }
    }
}
