using System.Net;
using System.Net.Sockets;

namespace SseAspire.Api.Tests.Attacks;

/// <summary>Connections over which nothing is sent.</summary>
internal sealed class SilentConnections(Uri api) : IDisposable
{
    private readonly List<Socket> _sockets = [];

    /// <summary>The connections; the server may have closed some.</summary>
    public IReadOnlyList<Socket> All => _sockets;

    /// <summary>Opens more of them.</summary>
    public async Task OpenAsync(int count)
    {
        for (; count > 0; count--)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            _sockets.Add(socket);
            await socket.ConnectAsync(IPAddress.Loopback, api.Port, TestContext.Current.CancellationToken);
        }
    }

    public void Dispose() => _sockets.ForEach(socket => socket.Dispose());
}
