using System.Net;
using Garnet.common;
using Garnet.networking;
using Garnet.server;

namespace SseAspire.EmbeddedRedis;

/// <summary>
/// Garnet's TCP server, which closes a connection whose first byte does not begin a RESP array, as every command of a
/// Redis client does.
/// </summary>
/// <remarks>
/// Garnet skips lines that it does not understand. So it would skip the head of an HTTP request and run the commands in
/// its body, which any web page can send to a loopback port (cross-protocol scripting). Redis itself closes such a
/// connection at <c>POST</c> or <c>Host:</c>; here no HTTP method begins like a command at all.
/// </remarks>
internal sealed class RespListener(EndPoint endPoint) : GarnetServerTcp(endPoint), IServerHook
{
    // Implemented anew, since the method of the base class is not virtual; connections call it by the interface.
    bool IServerHook.TryCreateMessageConsumer(Span<byte> bytesReceived, INetworkSender networkSender, out IMessageConsumer? session)
    {
        if (bytesReceived is not [(byte)'*', ..])
        {
            session = null;
            networkSender.TryClose();
            return false;
        }

        return TryCreateMessageConsumer(bytesReceived, networkSender, out session);
    }
}
