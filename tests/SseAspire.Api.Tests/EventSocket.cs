using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SseAspire.Api.Tests;

/// <summary>A reader of <c>/events/websocket</c> over .NET's own client, from which a test takes one message after the other.</summary>
internal sealed class EventSocket : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[1024 * 1024];

    private EventSocket()
    {
    }

    /// <summary>What resumes after the last message.</summary>
    public string Cursor { get; private set; } = "";

    /// <summary>The code that the server closed with.</summary>
    public int? CloseCode => (int?)_socket.CloseStatus;

    /// <summary>The reason that the server gave.</summary>
    public string? CloseReason => _socket.CloseStatusDescription;

    /// <summary>Opens one.</summary>
    /// <exception cref="WebSocketException">The handshake was refused.</exception>
    public static async Task<EventSocket> OpenAsync(Uri api, string query, string? origin = null)
    {
        var socket = new EventSocket();
        if (origin is not null)
        {
            socket._socket.Options.SetRequestHeader("Origin", origin);
        }

        using var patience = new CancellationTokenSource(Patience);
        await socket._socket.ConnectAsync(new UriBuilder(api) { Scheme = "ws", Path = "/events/websocket", Query = query }.Uri, patience.Token);
        return socket;
    }

    /// <summary>The next message, or null where the server has closed.</summary>
    public async Task<JsonObject?> NextAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        var length = 0;
        while (true)
        {
            var received = await _socket.ReceiveAsync(_buffer.AsMemory(length), patience.Token);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, patience.Token);
                return null;
            }

            Assert.Equal(WebSocketMessageType.Text, received.MessageType);
            length += received.Count;
            if (received.EndOfMessage)
            {
                var message = JsonSerializer.Deserialize<JsonObject>(_buffer.AsSpan(0, length))!;
                Cursor = (string)(message["id"] ?? message["next"])!;
                return message;
            }
        }
    }

    /// <summary>The next event or gap, over all that only says how far the stream is.</summary>
    public async Task<JsonObject?> NextEventAsync()
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var message = await NextAsync();
            if (message?.ContainsKey("next") != true)
            {
                return message;
            }

            Assert.True(Stopwatch.GetElapsedTime(started) < Patience, "no event comes");
        }
    }

    /// <summary>Reads on until the server has closed.</summary>
    public async Task EndAsync()
    {
        while (await NextAsync() is not null)
        {
        }
    }

    /// <summary>Sends what a reader should not.</summary>
    public Task SendAsync(byte[] message, WebSocketMessageType type) =>
        _socket.SendAsync(message, type, endOfMessage: true, TestContext.Current.CancellationToken);

    /// <summary>Closes as a page does.</summary>
    public Task CloseAsync() => _socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync()
    {
        _socket.Abort();
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
