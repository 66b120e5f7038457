using System.Net;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Options;
using SseAspire.Api.Http;
using SseAspire.ServiceDefaults;

namespace SseAspire.Api.Hub;

/// <summary>
/// Bounds the streams: in total, and of one client address, so that one client cannot take them all; and how many
/// different selections one address may have, since each of them is encoded on its own. An IPv6 /64 counts as one address.
/// </summary>
internal sealed class ConnectionLimits(IOptions<HubOptions> options, OpenConnections connections)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, Use> _byAddress = [];
    private readonly Dictionary<(IPAddress, Selection), int> _bySelection = [];
    private int _total;

    /// <summary>Takes a place. Where it succeeds, <see cref="Release"/> must follow with the same arguments.</summary>
    /// <param name="address">The client.</param>
    /// <param name="selection">What it reads, where that is encoded for it.</param>
    public bool TryAcquire(IPAddress address, Selection? selection = null)
    {
        var limits = options.Value;
        address = ClientNetwork.Of(address);
        lock (_lock)
        {
            ref var use = ref CollectionsMarshal.GetValueRefOrAddDefault(_byAddress, address, out var isKnown);
            var isNew = selection is not null && !_bySelection.ContainsKey((address, selection));
            if (_total >= Math.Min(limits.MaxConnections, connections.MaxStreams)
                || use.Streams >= limits.MaxConnectionsPerAddress
                || (isNew && use.Selections >= limits.MaxSelectionsPerAddress))
            {
                if (!isKnown)
                {
                    _byAddress.Remove(address);
                }

                return false;
            }

            _total++;
            use.Streams++;
            use.Selections += isNew ? 1 : 0;
            if (selection is not null)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(_bySelection, (address, selection), out _)++;
            }

            return true;
        }
    }

    /// <summary>Gives a place back.</summary>
    public void Release(IPAddress address, Selection? selection = null)
    {
        address = ClientNetwork.Of(address);
        lock (_lock)
        {
            ref var use = ref CollectionsMarshal.GetValueRefOrNullRef(_byAddress, address);
            _total--;
            if (selection is not null && --CollectionsMarshal.GetValueRefOrNullRef(_bySelection, (address, selection)) == 0)
            {
                _bySelection.Remove((address, selection));
                use.Selections--;
            }

            if (--use.Streams == 0)
            {
                _byAddress.Remove(address);
            }
        }
    }

    private struct Use
    {
        public int Streams;
        public int Selections;
    }
}
