using System.Net.Sockets;

namespace SseAspire.Api.Http;

/// <summary>
/// Has the kernel end the connection of a peer that vanished without a word: a phone without network, a cable that was
/// pulled. By default it sends again for 16 minutes on Linux, and never asks for an idle peer.
/// </summary>
internal static class DeadPeers
{
    private const int LinuxUserTimeout = 18;
    private const int WindowsMaxRetransmission = 5;
    private const int MacDropTime = 0x80;

    /// <summary>Applies to every connection that the listener accepts, which takes over its options.</summary>
    /// <param name="listener">A TCP socket that listens.</param>
    /// <param name="timeout">How long a peer may leave data, or the question whether it is there, unacknowledged.</param>
    public static void Detect(Socket listener, TimeSpan timeout)
    {
        var seconds = (int)Math.Ceiling(timeout.TotalSeconds);
        if (OperatingSystem.IsLinux())
        {
            // TCP_USER_TIMEOUT (RFC 5482), in milliseconds. It covers sent data, a closed window and keep-alive probes.
            SetRaw(listener, LinuxUserTimeout, (int)Math.Min(timeout.TotalMilliseconds, int.MaxValue));
        }
        else if (OperatingSystem.IsWindows())
        {
            // TCP_MAXRT, in seconds.
            SetRaw(listener, WindowsMaxRetransmission, seconds);
        }
        else if (OperatingSystem.IsMacOS())
        {
            // TCP_RXT_CONNDROPTIME, in seconds.
            SetRaw(listener, MacDropTime, seconds);
        }

        // An idle peer is asked after half of the time, and four times in the other half.
        listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        listener.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, Math.Clamp(seconds / 2, 1, short.MaxValue));
        listener.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, Math.Clamp(seconds / 8, 1, short.MaxValue));
        listener.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 4);
    }

    private static void SetRaw(Socket socket, int option, int value) =>
        socket.SetRawSocketOption((int)ProtocolType.Tcp, option, BitConverter.GetBytes(value));
}
