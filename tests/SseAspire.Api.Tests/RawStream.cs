using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SseAspire.Api.Tests;

/// <summary>A stream as a bare socket, for clients that do what no HTTP client does.</summary>
internal static class RawStream
{
    /// <summary>Opens a stream, or is refused one, and reads no more than the first bytes of the answer.</summary>
    public static async Task<Socket> OpenAsync(Uri api, string topic, int? receiveBuffer = null)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.ReceiveBufferSize = receiveBuffer ?? socket.ReceiveBufferSize;
        await socket.ConnectAsync(IPAddress.Loopback, api.Port, cancellation);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET /events?topic={topic} HTTP/1.1\r\nHost: localhost\r\n\r\n"), cancellation);
        await socket.ReceiveAsync(new byte[16], cancellation);
        return socket;
    }
}
