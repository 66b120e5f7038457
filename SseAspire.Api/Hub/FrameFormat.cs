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

    /// <summary>Whether the same events can be laid out compressed: see <see cref="StartCompressor"/>.</summary>
    public virtual bool IsCompressible => false;

    /// <summary>Starts to lay out the same events compressed, for readers who have all of them from here on.</summary>
    /// <exception cref="NotSupportedException">This format is not <see cref="IsCompressible"/>.</exception>
    public virtual FrameCompressor StartCompressor() => throw new NotSupportedException();
}
