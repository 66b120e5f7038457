using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace SseAspire.Api.Http;

/// <summary>
/// What the server itself takes of a request before the API sees it. Beyond these limits, and for requests that
/// are no HTTP, it answers a bare 4xx and closes the connection.
/// </summary>
internal static class ServerLimits
{
    /// <summary>What the server holds of what a client sends and nobody has read yet.</summary>
    private const int ReadBuffer = 64 * 1024;

    /// <summary>
    /// What the kernel may hold for a reader that does not read; it doubles this for its own bookkeeping. Left to
    /// itself it grows to 4 MB and more.
    /// </summary>
    private const int SendBuffer = 208 * 1024;

    /// <summary>Bounds what the kernel and the server keep for a connection, and how long they keep one whose peer vanished.</summary>
    /// <param name="sockets">The options of all sockets.</param>
    /// <param name="writeTimeout">How long a peer may acknowledge nothing.</param>
    public static void Apply(SocketTransportOptions sockets, TimeSpan writeTimeout)
    {
        sockets.MaxReadBufferSize = ReadBuffer;
        sockets.CreateBoundListenSocket = endpoint =>
        {
            var listener = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
            // Each connection takes it over from the socket that listens.
            listener.SendBufferSize = SendBuffer;
            if (listener.ProtocolType == ProtocolType.Tcp)
            {
                DeadPeers.Detect(listener, writeTimeout);
            }

            return listener;
        };
    }

    public static void Apply(KestrelServerOptions server)
    {
        // As many topics as one subscription may name, each as long as it may be and all of it escaped.
        server.Limits.MaxRequestLineSize = 64 * 1024;
        // Nobody reads what a client sends after it has asked for a stream: that is what each may make us hold.
        server.Limits.MaxRequestBufferSize = ReadBuffer;
        // An id that is not UTF-8 is one that cannot be resumed from: a gap, where the server would refuse the request.
        server.RequestHeaderEncodingSelector = static name =>
            name.Equals("Last-Event-ID", StringComparison.OrdinalIgnoreCase) ? Encoding.UTF8 : null!;
    }
}
