using System.Diagnostics;
using System.Net.Sockets;
using System.Net.WebSockets;
using SseAspire.Testing;

namespace SseAspire.Api.Tests;

/// <summary><c>POST /operations/cut</c>: for the requests that carry a meter the network is gone, for others it is not.</summary>
[Collection(nameof(SharedApi))]
public sealed class CutTests(SharedApi shared)
{
    private const int Seconds = 4;

    private readonly string _topic = $"cut-{Guid.NewGuid():N}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connections_under_a_meter_are_reset_at_once_and_refused_until_the_time_is_over()
    {
        using (var announced = await shared.Api.Client.PostAsync("/operations/meters?meter=other&meter=sse&meter=socket", null, Cancellation))
        {
            Assert.Equal(System.Net.HttpStatusCode.Accepted, announced.StatusCode);
        }

        await using var uncounted = await OpenStream.OpenAsync(shared.Api.Address, $"topic={_topic}");
        await using var other = await OpenStream.OpenAsync(shared.Api.Address, $"topic={_topic}&meter=other");
        using var answer = await shared.Api.Client.GetAsync($"/events?topic={_topic}&meter=sse", HttpCompletionOption.ResponseHeadersRead, Cancellation);
        var stream = (await answer.Content.ReadAsStreamAsync(Cancellation)).CopyToAsync(Stream.Null, Cancellation);
        await using var socket = await EventSocket.OpenAsync(shared.Api.Address, $"topic={_topic}&meter=socket");
        Assert.NotNull(await socket.NextAsync());

        var asked = Stopwatch.GetTimestamp();
        using var cut = await shared.Api.Client.PostAsync($"/operations/cut?meter=sse&meter=socket&meter=poll&seconds={Seconds}", null, Cancellation);

        Assert.Equal(System.Net.HttpStatusCode.Accepted, cut.StatusCode);
        Assert.Equal("""{"replicas":1}""", await cut.Content.ReadAsStringAsync(Cancellation));
        var broken = await Assert.ThrowsAnyAsync<Exception>(() => stream);
        Assert.Equal(SocketError.ConnectionReset, ErrorOf(broken));
        await Assert.ThrowsAsync<WebSocketException>(socket.EndAsync);

        var failures = 0;
        while (true)
        {
            try
            {
                using var poll = await shared.Api.Client.GetAsync($"/events/poll?topic={_topic}&meter=poll", Cancellation);
                poll.EnsureSuccessStatusCode();
                break;
            }
            catch (HttpRequestException e)
            {
                Assert.Null(e.StatusCode);
                failures++;
                await Task.Delay(100, Cancellation);
            }
        }

        Assert.InRange(Stopwatch.GetElapsedTime(asked), TimeSpan.FromSeconds(Seconds), TimeSpan.FromMinutes(1));
        Assert.NotEqual(0, failures);
        using var form = new FormUrlEncodedContent([new("topic", _topic), new("data", "x")]);
        using var published = await shared.Api.Client.PostAsync("/events", form, Cancellation);
        Assert.Equal("x", (await uncounted.NextAsync()).Data);
        Assert.Equal("x", (await other.NextAsync()).Data);
    }

    private static SocketError? ErrorOf(Exception? e) => e is SocketException socket ? socket.SocketErrorCode : e is null ? null : ErrorOf(e.InnerException);
}
