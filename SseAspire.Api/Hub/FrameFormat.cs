using System.Buffers;
using SseAspire.Broker;

namespace SseAspire.Api.Hub;

/// <summary>How events are laid out as bytes for one kind of reader.</summary>
internal abstract class FrameFormat
{
    /// <summary>Lays out one event, so that a reader can be given any run of frames one after the other.</summary>
    public abstract void WriteEvent(IBufferWriter<byte> output, LogEntry entry);

    /// <summary>Lays out the notice that events are gone.</summary>
    public abstract void WriteGap(IBufferWriter<byte> output, Gap gap);
}
