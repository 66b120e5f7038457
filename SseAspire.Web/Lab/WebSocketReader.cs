using System.Net.WebSockets;

namespace SseAspire.Web.Lab;

/// <summary>A virtual reader over a WebSocket.</summary>
internal static class WebSocketReader
{
    public static async Task ReadAsync(VirtualReader reader, CancellationToken cancellationToken)
    {
        var address = new UriBuilder(reader.AddressOf("/events/websocket"));
        address.Scheme = address.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs;
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(address.Uri, reader.Http, cancellationToken);
        reader.Started();
        var buffer = new byte[4096];
        while (true)
        {
            // Events begin with their id, which "next" and "gap" do not.
            var part = await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return;
            }

            var isEvent = buffer.AsSpan(0, part.Count).StartsWith("{\"id\""u8);
            while (!part.EndOfMessage)
            {
                part = await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
            }

            reader.Add(isEvent ? 1 : 0);
        }
    }
}
