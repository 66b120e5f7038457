using System.Collections.Concurrent;
using System.Numerics;
using SseAspire.Broker;

namespace SseAspire.Api.Hub;

/// <summary>
/// The newest entries of the log, kept in memory so that a reconnect costs Redis nothing. One writer (the
/// tail) and any number of readers, which take no lock.
/// </summary>
/// <remarks>
/// An entry leaves when there are more than <see cref="HubOptions.WindowEvents"/> of them or they weigh more
/// than <see cref="HubOptions.WindowBytes"/>. A cursor that points before the first is served from Redis
/// instead: see <see cref="LogReader"/>.
/// </remarks>
internal sealed class EventWindow
{
    private readonly LogEntry?[] _ring;
    private readonly int _maxEvents;
    private readonly long _maxBytes;
    private readonly ConcurrentDictionary<string, EventId> _ownIds = new();

    // Logical indices that only grow; the ring's slot is the index modulo its length.
    private long _first;
    private long _end;
    private long _bytes;

    public EventWindow(int maxEvents, long maxBytes)
    {
        (_maxEvents, _maxBytes) = (maxEvents, maxBytes);
        // Twice the size, so that a reader which is a whole window late still finds what it looks at
        // unchanged, however fast the writer goes round.
        _ring = new LogEntry?[BitOperations.RoundUpToPowerOf2((uint)maxEvents * 2)];
    }

    /// <summary>How many entries it holds.</summary>
    public int Count => (int)(Volatile.Read(ref _end) - Volatile.Read(ref _first));

    /// <summary>What the entries weigh, in bytes.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>The place of the oldest entry, or null where it is empty.</summary>
    public EventId? First
    {
        get
        {
            while (true)
            {
                var first = Volatile.Read(ref _first);
                if (first == Volatile.Read(ref _end))
                {
                    return null;
                }

                if (TryGet(first, out var entry))
                {
                    return entry.Id;
                }
            }
        }
    }

    /// <summary>Adds entries that follow the last one. Only the tail calls it.</summary>
    public void Append(IReadOnlyList<LogEntry> entries)
    {
        foreach (var entry in entries)
        {
            _ring[_end & (_ring.Length - 1)] = entry;
            _bytes += entry.Bytes;
            if (entry.Event.Id is { } ownId)
            {
                // The first of several equal ids stays: resuming at a later one would lose what lies between.
                _ownIds.TryAdd(ownId, entry.Id);
            }

            Volatile.Write(ref _end, _end + 1);
            while (_end - _first > _maxEvents || (_bytes > _maxBytes && _end - _first > 1))
            {
                RemoveFirst();
            }
        }
    }

    /// <summary>
    /// Copies the entries after a place, oldest first.
    /// </summary>
    /// <returns>How many were copied, or null where the place lies before the window, so that entries may be
    /// missing between.</returns>
    public int? ReadAfter(EventId after, Span<LogEntry> destination)
    {
        while (true)
        {
            var first = Volatile.Read(ref _first);
            var end = Volatile.Read(ref _end);
            if (first == end)
            {
                return null;
            }

            if (!TryFind(after, first, end, out var from))
            {
                // The writer overtook the search.
                continue;
            }

            // The entry before the first is known only where it is the reader's own place.
            if (from == first && (!TryGet(first, out var oldest) || after.Next != oldest.Id))
            {
                return null;
            }

            if (TryCopy(from, Math.Min(end, from + destination.Length), destination))
            {
                return (int)(Math.Min(end, from + destination.Length) - from);
            }
        }
    }

    /// <summary>Copies the oldest entries it holds, whatever lies before them.</summary>
    public int ReadFirst(Span<LogEntry> destination)
    {
        while (true)
        {
            var first = Volatile.Read(ref _first);
            var end = Math.Min(Volatile.Read(ref _end), first + destination.Length);
            if (TryCopy(first, end, destination))
            {
                return (int)(end - first);
            }
        }
    }

    /// <summary>The entry at a place, or null where the window does not have it.</summary>
    public LogEntry? Find(EventId place)
    {
        while (true)
        {
            var first = Volatile.Read(ref _first);
            if (!TryFind(place, first, Volatile.Read(ref _end), out var next))
            {
                // The writer overtook the search.
                continue;
            }

            return next > first && TryGet(next - 1, out var entry) && entry.Id == place ? entry : null;
        }
    }

    /// <summary>
    /// The place after which the newest events that a selection wants begin.
    /// </summary>
    /// <param name="selection">What is wanted.</param>
    /// <param name="count">How many of them, if the window holds as many.</param>
    /// <returns>The place, or null where the window holds none.</returns>
    public EventId? FindHistory(Selection selection, int count)
    {
        EventId? oldest = null;
        for (var index = Volatile.Read(ref _end) - 1; count > 0 && index >= Volatile.Read(ref _first); index--)
        {
            if (!TryGet(index, out var entry))
            {
                break;
            }

            if (selection.Matches(entry.Event))
            {
                oldest = entry.Id;
                count--;
            }
        }

        return oldest?.Previous;
    }

    /// <summary>The oldest entry in the window whose publisher gave it this id, or null where there is none.</summary>
    public LogEntry? FindOwnId(string ownId) => _ownIds.TryGetValue(ownId, out var id) ? Find(id) : null;

    private void RemoveFirst()
    {
        var entry = _ring[_first & (_ring.Length - 1)]!;
        Volatile.Write(ref _first, _first + 1);
        // Readers that look at it now still hold it; the slot must not.
        _ring[(_first - 1) & (_ring.Length - 1)] = null;
        _bytes -= entry.Bytes;
        if (entry.Event.Id is { } ownId)
        {
            _ownIds.TryRemove(KeyValuePair.Create(ownId, entry.Id));
        }
    }

    /// <summary>Finds the index of the first entry after a place; false where the writer overtook the search.</summary>
    private bool TryFind(EventId after, long low, long high, out long index)
    {
        index = 0;
        while (low < high)
        {
            var middle = low + (high - low) / 2;
            if (!TryGet(middle, out var entry))
            {
                return false;
            }

            if (entry.Id <= after)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        index = low;
        return true;
    }

    private bool TryCopy(long from, long end, Span<LogEntry> destination)
    {
        for (var index = from; index < end; index++)
        {
            if (!TryGet(index, out var entry))
            {
                return false;
            }

            destination[(int)(index - from)] = entry;
        }

        return true;
    }

    private bool TryGet(long index, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out LogEntry? entry)
    {
        entry = Volatile.Read(ref _ring[index & (_ring.Length - 1)]);
        // The slot may have been cleared or reused since; then the entry is not the one asked for.
        return entry is not null && Volatile.Read(ref _first) <= index;
    }
}
