using System.Net;
using System.Net.Sockets;

namespace SseAspire.AppHost.Local;

/// <summary>TCP ports of this machine's loopback addresses.</summary>
internal static class LocalPort
{
    /// <summary>A port that nobody listens on.</summary>
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Makes sure, before anything is started, that a part will get its port.</summary>
    /// <exception cref="PartFailedException">The port is taken.</exception>
    public static void EnsureFree(int port, string part, string setting)
    {
        if (IsTaken(port))
        {
            throw new PartFailedException(
                $"port {port}, which {part} needs, is taken by another program. End that program, or set another port: {setting}={port + 10}.");
        }
    }

    // Whether somebody listens on either address that localhost stands for.
    private static bool IsTaken(int port) =>
        IsTaken(IPAddress.Loopback, port) || (Socket.OSSupportsIPv6 && IsTaken(IPAddress.IPv6Loopback, port));

    private static bool IsTaken(IPAddress address, int port)
    {
        try
        {
            // Exclusive, because Windows otherwise lets two programs listen on one port.
            using var listener = new TcpListener(address, port) { ExclusiveAddressUse = OperatingSystem.IsWindows() };
            listener.Start();
            return false;
        }
        catch (SocketException e)
        {
            // AccessDenied: Windows says so for a port in exclusive use. Other errors (no such address) are none of a taken port.
            return e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied;
        }
    }
}
