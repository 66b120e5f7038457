using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace SseAspire.Api.Tests;

/// <summary>HEAD answers wherever GET does, with GET's status and headers and without its body (RFC 9110, 9.3.2).</summary>
[Collection(nameof(SharedApi))]
public sealed class HeadTests(SharedApi shared)
{
    /// <summary>Headers of one answer, of its body, or of its connection.</summary>
    private static readonly string[] OfOneAnswer = ["Date", "Content-Length", "Transfer-Encoding", "Connection", "Retry-After"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/events?topic=head")]
    [InlineData("/events?topic=head&envelope=true&meter=head")]
    [InlineData("/events")]
    [InlineData("/events/poll?topic=head")]
    [InlineData("/events/poll?topic=head&limit=0")]
    [InlineData("/events/long-poll?topic=head&wait=0")]
    [InlineData("/events/websocket?topic=head")]
    [InlineData("/events/clock")]
    [InlineData("/stats")]
    [InlineData("/stats/stream")]
    [InlineData("/health")]
    [InlineData("/alive")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/operations/meters?meter=a")]
    [InlineData("/operations/meters")]
    [InlineData("/nothing")]
    public async Task Head_answers_with_the_status_and_headers_of_Get(string path)
    {
        foreach (var coding in (string[])["", "gzip"])
        {
            using var get = await AskAsync(HttpMethod.Get, path, coding);
            using var head = await AskAsync(HttpMethod.Head, path, coding);

            Assert.Equal(get.StatusCode, head.StatusCode);
            Assert.Equal(HeadersOf(get), HeadersOf(head));
            Assert.Empty(await head.Content.ReadAsByteArrayAsync(Cancellation));
        }
    }

    [Theory]
    [InlineData("/events?topic={0}")]
    [InlineData("/events/long-poll?topic={0}&wait=60")]
    [InlineData("/stats/stream")]
    public async Task Head_of_a_stream_ends_at_once_and_subscribes_nobody(string path)
    {
        var topic = $"head-{Guid.NewGuid():N}";
        using var connection = await RawHttp.ConnectAsync(shared.Api.Address, Cancellation);
        await connection.SendAsync(
            Encoding.ASCII.GetBytes($"HEAD {string.Format(System.Globalization.CultureInfo.InvariantCulture, path, topic)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"), endsSending: false, Cancellation);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(20));

        Assert.Equal("HTTP/1.1 200 OK", await connection.ReadLineAsync(patience.Token));
        while (await connection.ReadLineAsync(patience.Token) is not "")
        {
        }

        // Not one byte of a body, and the connection is closed.
        Assert.Null(await connection.ReadLineAsync(patience.Token));
        var stats = await shared.Api.Client.GetFromJsonAsync<JsonNode>("/stats", Cancellation);
        Assert.False(stats!["connections"]!["byTopic"]!.AsObject().ContainsKey(topic));
    }

    [Fact]
    public async Task Head_requires_the_key_that_Get_requires()
    {
        await using var api = await shared.StartAnotherAsync(("Operations__Key", "secret"));
        using var request = new HttpRequestMessage(HttpMethod.Head, "/operations/meters?meter=a");

        using var answer = await api.Client.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task Heads_of_streams_take_no_place_of_a_stream()
    {
        await using var api = await shared.StartAnotherAsync(("Hub__MaxConnections", "1"));
        for (var i = 0; i < 5; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Head, "/events?topic=a");
            using var head = await api.Client.SendAsync(request, Cancellation);
            head.EnsureSuccessStatusCode();
        }

        using var stream = await api.Client.GetAsync("/events?topic=a", HttpCompletionOption.ResponseHeadersRead, Cancellation);
        using var full = new HttpRequestMessage(HttpMethod.Head, "/events?topic=a");
        using var refused = await api.Client.SendAsync(full, Cancellation);

        stream.EnsureSuccessStatusCode();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
    }

    private static IEnumerable<string> HeadersOf(HttpResponseMessage answer) =>
        answer.Headers.Concat(answer.Content.Headers)
            .Where(header => !OfOneAnswer.Contains(header.Key))
            .Select(header => $"{header.Key}: {string.Join(", ", header.Value)}")
            .Order(StringComparer.Ordinal);

    private async Task<HttpResponseMessage> AskAsync(HttpMethod method, string path, string coding)
    {
        using var request = new HttpRequestMessage(method, path);
        if (coding.Length > 0)
        {
            request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue(coding));
        }

        return await shared.Api.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
    }
}
