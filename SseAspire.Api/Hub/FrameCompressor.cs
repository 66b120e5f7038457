using System.Buffers;
using SseAspire.Broker;

namespace SseAspire.Api.Hub;

/// <summary>
/// Compresses the frames of one batch after the other for everybody who reads all of them: each batch refers to
/// those before it, so that whoever has not had them cannot read it.
/// </summary>
internal abstract class FrameCompressor : IDisposable
{
    /// <summary>Adds an event to the batch.</summary>
    public abstract void AddEvent(LogEntry entry);

    /// <summary>Adds the notice that events are gone.</summary>
    public abstract void AddGap(Gap gap);

    /// <summary>Lays out the batch, so that a reader can read all of it without what follows.</summary>
    public abstract void WriteBatch(IBufferWriter<byte> output);

    public abstract void Dispose();
}
