using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SseAspire.Api.Tests.Attacks;

/// <summary>Clients that take no byte of what they asked for.</summary>
internal sealed class StalledClients : IDisposable
{
    private readonly List<Socket> _sockets = [];

    private StalledClients()
    {
    }

    /// <summary>Sends the request of each client, with a selection of its own.</summary>
    public static async Task<StalledClients> OpenAsync(Uri api, string path, int clients)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var stalled = new StalledClients();
        for (var i = 0; i < clients; i++)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
            stalled._sockets.Add(socket);
            await socket.ConnectAsync(IPAddress.Loopback, api.Port, cancellation);
            await socket.SendAsync(Encoding.ASCII.GetBytes($"GET {path}&topic=x{i} HTTP/1.1\r\nHost: localhost\r\n\r\n"), cancellation);
        }

        return stalled;
    }

    public void Dispose() => _sockets.ForEach(socket => socket.Dispose());
}
