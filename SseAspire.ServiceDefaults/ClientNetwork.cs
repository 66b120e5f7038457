using System.Net;
using System.Net.Sockets;

namespace SseAspire.ServiceDefaults;

/// <summary>
/// The network that stands for one client where clients are limited by address: an IPv4 address, or an IPv6 /64. A host
/// has a whole /64 to choose addresses from (RFC 4291, section 2.5.1), so a limit of single addresses would not limit it.
/// </summary>
public static class ClientNetwork
{
    /// <summary>The network of an address: the same for every address that one client may use.</summary>
    /// <param name="address">The address, or null where the connection has none.</param>
    public static IPAddress Of(IPAddress? address)
    {
        if (address is null)
        {
            return IPAddress.None;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return new IPAddress(bytes);
    }
}
