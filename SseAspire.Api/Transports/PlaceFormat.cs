using System.Buffers;
using System.Buffers.Binary;
using SseAspire.Api.Hub;
using SseAspire.Broker;

namespace SseAspire.Api.Transports;

/// <summary>
/// Only where in the log each event stands, for readers that are woken by the first and then read a page of them.
/// </summary>
internal sealed class PlaceFormat : FrameFormat
{
    public static readonly PlaceFormat Instance = new();

    private const int Half = sizeof(ulong);

    private PlaceFormat()
    {
    }

    public override void WriteEvent(IBufferWriter<byte> output, LogEntry entry) => Write(output, entry.Id);

    /// <summary>A gap is seen from where the reader stood before it, so that it has no place of its own.</summary>
    public override void WriteGap(IBufferWriter<byte> output, Gap gap) => Write(output, EventId.Earliest);

    /// <summary>The place to read on from so that the first of the frames is found.</summary>
    /// <param name="frames">The frames.</param>
    /// <param name="stood">Where the reader stood before them.</param>
    public static EventId Before(ReadOnlySpan<byte> frames, EventId stood)
    {
        var epoch = BinaryPrimitives.ReadUInt64BigEndian(frames);
        var sequence = BinaryPrimitives.ReadUInt64BigEndian(frames[Half..]);
        // What lies before the first of an epoch has no id that could be told.
        return sequence == 0 ? stood : new EventId(epoch, sequence - 1);
    }

    private static void Write(IBufferWriter<byte> output, EventId place)
    {
        var frame = output.GetSpan(2 * Half);
        BinaryPrimitives.WriteUInt64BigEndian(frame, place.Epoch);
        BinaryPrimitives.WriteUInt64BigEndian(frame[Half..], place.Sequence);
        output.Advance(2 * Half);
    }
}
