using System.Net;
using System.Net.ServerSentEvents;

namespace SseAspire.Api.Tests.Proxies;

/// <summary>An event stream that came through a proxy, from which a test takes one event after the other.</summary>
internal sealed class ProxiedStream : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly HttpResponseMessage _answer;
    private readonly IAsyncEnumerator<SseItem<string>> _items;

    private ProxiedStream(HttpResponseMessage answer, Stream body)
    {
        _answer = answer;
        _items = SseParser.Create(body).EnumerateAsync().GetAsyncEnumerator();
    }

    /// <summary>The version of HTTP that it came over.</summary>
    public Version Version => _answer.Version;

    /// <summary>Subscribes, and returns when the headers are there.</summary>
    public static async Task<ProxiedStream> OpenAsync(HttpClient client, string topic, Version? version = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/events?topic={topic}")
        {
            Version = version ?? HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.Accept.ParseAdd("text/event-stream");
        var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(Patience);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        return new ProxiedStream(answer, await answer.Content.ReadAsStreamAsync());
    }

    /// <summary>The data of the next event.</summary>
    public async Task<string> NextAsync()
    {
        Assert.True(await _items.MoveNextAsync().AsTask().WaitAsync(Patience), "the stream has ended");
        return _items.Current.Data;
    }

    /// <summary>Returns when the stream is over, however it ended; nothing must come before.</summary>
    public async Task EndAsync()
    {
        try
        {
            Assert.False(await _items.MoveNextAsync().AsTask().WaitAsync(Patience), "an event came");
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            // Broken off, which a reader notices as well.
        }
    }

    public ValueTask DisposeAsync()
    {
        // The connection is closed in the middle of a read, as by a reader that leaves.
        _answer.Dispose();
        return ValueTask.CompletedTask;
    }
}
