using System.Diagnostics;

namespace SseAspire.EmbeddedRedis.Streams;

/// <summary>
/// The entries of one stream in the order of their ids: a ring, so that appending and trimming the
/// oldest take constant time an entry and a range is found by binary search.
/// </summary>
/// <remarks>
/// Not thread-safe in itself. Garnet runs a command that changes a key with that key locked alone and
/// one that reads it with the key locked for reading, so no reader sees a change half made.
/// </remarks>
internal sealed class StreamEntries
{
    private const int MinCapacity = 16;

    private Entry[] _ring = [];
    private int _start;

    private readonly record struct Entry(StreamId Id, byte[] Resp);

    /// <summary>How many entries there are now.</summary>
    public int Count { get; private set; }

    /// <summary>The id of the newest entry ever added; it stays when that entry is deleted.</summary>
    public StreamId LastId { get; private set; }

    /// <summary>The id of the oldest entry there is; 0-0 when there is none.</summary>
    public StreamId FirstId => Count == 0 ? StreamId.Min : At(0).Id;

    /// <summary>The greatest id that was deleted one by one; trimming does not count.</summary>
    public StreamId MaxDeletedId { get; private set; }

    /// <summary>How many entries were ever added.</summary>
    public long Added { get; private set; }

    /// <summary>The entry at a place, laid out as it stands in a reply: see <see cref="RespEntry"/>.</summary>
    public ReadOnlySpan<byte> this[int place] => At(place).Resp;

    /// <summary>Adds the newest entry: its id is greater than <see cref="LastId"/>.</summary>
    public void Append(StreamId id, byte[] resp)
    {
        Debug.Assert(id > LastId);
        if (Count == _ring.Length)
        {
            Grow();
        }

        At(Count) = new Entry(id, resp);
        Count++;
        LastId = id;
        Added++;
    }

    /// <summary>The place of the first entry whose id is not smaller; <see cref="Count"/> if there is none.</summary>
    public int PlaceOf(StreamId id)
    {
        var low = 0;
        var high = Count;
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (At(middle).Id < id)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>Removes the oldest entries, at most as many as there are.</summary>
    public void TrimFront(int count)
    {
        Debug.Assert(count >= 0 && count <= Count);
        // Cleared, so that the ring does not keep the entries' bytes alive.
        var untilEnd = Math.Min(count, _ring.Length - _start);
        Array.Clear(_ring, _start, untilEnd);
        Array.Clear(_ring, 0, count - untilEnd);
        Count -= count;
        _start = Count == 0 ? 0 : (_start + count) & (_ring.Length - 1);
    }

    /// <summary>Removes one entry from wherever it stands; moves those after it up.</summary>
    /// <returns>Whether there was such an entry.</returns>
    public bool Delete(StreamId id)
    {
        var place = PlaceOf(id);
        if (place == Count || At(place).Id != id)
        {
            return false;
        }

        if (place == 0)
        {
            TrimFront(1);
        }
        else
        {
            for (; place < Count - 1; place++)
            {
                At(place) = At(place + 1);
            }

            At(place) = default;
            Count--;
        }

        MaxDeletedId = id > MaxDeletedId ? id : MaxDeletedId;
        return true;
    }

    // The capacity is a power of two, so that the place in the ring is a mask away.
    private ref Entry At(int place) => ref _ring[(_start + place) & (_ring.Length - 1)];

    private void Grow()
    {
        var larger = new Entry[Math.Max(MinCapacity, _ring.Length * 2)];
        var untilEnd = Math.Min(Count, _ring.Length - _start);
        Array.Copy(_ring, _start, larger, 0, untilEnd);
        Array.Copy(_ring, 0, larger, untilEnd, Count - untilEnd);
        _ring = larger;
        _start = 0;
    }
}
