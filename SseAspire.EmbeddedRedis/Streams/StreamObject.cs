using Garnet.server;

namespace SseAspire.EmbeddedRedis.Streams;

/// <summary>A stream as a value of Garnet's store.</summary>
/// <remarks>
/// It reports no memory of its own to Garnet. All that Garnet could do about too much of it is to evict
/// the key, and that would lose the whole log; a stream is bounded by trimming.
/// </remarks>
internal sealed class StreamObject : CustomObjectBase
{
    public StreamObject(byte type)
        : base(type) => Entries = new StreamEntries();

    private StreamObject(StreamObject other)
        : base(other) => Entries = other.Entries;

    public StreamEntries Entries { get; }

    // Garnet clones when it moves the record; the old shell is not reachable afterwards, so the entries are shared.
    public override CustomObjectBase CloneObject() => new StreamObject(this);

    public override void SerializeObject(BinaryWriter writer) => throw StreamObjectFactory.MemoryOnly();

    public override unsafe void Scan(
        long start, out List<byte[]> items, out long cursor, int count = 10, byte* pattern = default, int patternLength = 0, bool isNoValue = false) =>
        throw new NotSupportedException("A stream is read by XRANGE, not scanned.");

    public override void Dispose()
    {
        // The entries are ordinary managed memory.
    }
}
