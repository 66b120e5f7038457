namespace SseAspire.Broker;

/// <summary>
/// How many entries to read at once so that they take about a given number of bytes. Redis limits a read by count
/// alone, and a thousand of the largest events are a quarter of a gigabyte.
/// </summary>
/// <param name="maxBytes">About how many bytes a read may take.</param>
/// <param name="maxEntries">How many entries it may return.</param>
/// <remarks>
/// It follows the entries it has seen: larger ones at once, smaller ones by half a read. The first larger ones after
/// many small ones still come in full number, once.
/// </remarks>
public sealed class ReadSize(long maxBytes, int maxEntries = EventLog.MaxRead)
{
    // Before anything is known: most events are smaller.
    private long _entryBytes = 4 << 10;

    /// <summary>How many entries to read next.</summary>
    public int Count => (int)Math.Clamp(maxBytes / Volatile.Read(ref _entryBytes), 1, maxEntries);

    /// <summary>Takes note of what a read returned.</summary>
    public void Learn(IReadOnlyList<LogEntry> entries)
    {
        var average = entries.Count == 0 ? 0 : entries.Sum(entry => (long)entry.Bytes) / entries.Count;
        Volatile.Write(ref _entryBytes, Math.Max(1, Math.Max(average, _entryBytes / 2)));
    }

    /// <summary>Halves the next read: the last one took too long.</summary>
    public void Shrink() => Volatile.Write(ref _entryBytes, Math.Min(maxBytes, _entryBytes * 2));
}
