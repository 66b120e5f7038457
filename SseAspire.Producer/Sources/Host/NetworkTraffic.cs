using System.Net.NetworkInformation;

namespace SseAspire.Producer.Sources;

/// <summary>What came in and went out over all network interfaces but the loopback, in bytes, since they came up.</summary>
internal readonly record struct NetworkTraffic(long ReceivedBytes, long SentBytes)
{
    /// <summary>Reads it; null where the platform does not give it.</summary>
    public static NetworkTraffic? Read()
    {
        var traffic = new NetworkTraffic();
        foreach (var network in NetworkInterface.GetAllNetworkInterfaces())
        {
            if (network.NetworkInterfaceType is NetworkInterfaceType.Loopback
                || network.OperationalStatus is not (OperationalStatus.Up or OperationalStatus.Unknown))
            {
                continue;
            }

            var counters = network.GetIPStatistics();
            traffic = new NetworkTraffic(traffic.ReceivedBytes + counters.BytesReceived, traffic.SentBytes + counters.BytesSent);
        }

        return traffic;
    }

    /// <summary>Bytes a second since an earlier reading; null where an interface went away, because the sums then do not compare.</summary>
    public NetworkState? RateSince(NetworkTraffic before, TimeSpan elapsed) =>
        ReceivedBytes >= before.ReceivedBytes && SentBytes >= before.SentBytes && elapsed > TimeSpan.Zero
            ? new NetworkState(
                (long)((ReceivedBytes - before.ReceivedBytes) / elapsed.TotalSeconds),
                (long)((SentBytes - before.SentBytes) / elapsed.TotalSeconds))
            : null;
}
