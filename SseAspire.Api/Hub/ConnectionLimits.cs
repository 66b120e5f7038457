using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Options;

namespace SseAspire.Api.Hub;

/// <summary>Bounds the streams: in total, and of one client address, so that one client cannot take them all.</summary>
internal sealed class ConnectionLimits(IOptions<HubOptions> options)
{
    private readonly ConcurrentDictionary<IPAddress, int> _byAddress = new();
    private int _total;

    /// <summary>Takes a place. Where it succeeds, <see cref="Release"/> must follow.</summary>
    public bool TryAcquire(IPAddress address)
    {
        if (Interlocked.Increment(ref _total) > options.Value.MaxConnections)
        {
            Interlocked.Decrement(ref _total);
            return false;
        }

        if (_byAddress.AddOrUpdate(address, 1, static (_, count) => count + 1) > options.Value.MaxConnectionsPerAddress)
        {
            Release(address);
            return false;
        }

        return true;
    }

    /// <summary>Gives a place back.</summary>
    public void Release(IPAddress address)
    {
        Interlocked.Decrement(ref _total);
        if (_byAddress.AddOrUpdate(address, 0, static (_, count) => count - 1) == 0)
        {
            // Only where it is still zero: another stream of this address may have come meanwhile.
            _byAddress.TryRemove(KeyValuePair.Create(address, 0));
        }
    }
}
