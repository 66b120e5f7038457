using System.Buffers;
using SseAspire.Api.Hub;

namespace SseAspire.Api.Transports;

/// <summary>
/// The frames of another format, each as a chunk of its own, so that any run of them can go to the socket of an
/// HTTP/1.1 connection as it is.
/// </summary>
internal sealed class ChunkedFormat(FrameFormat inner) : WrappedFormat(inner)
{
    public override void Wrap(IBufferWriter<byte> output, ReadOnlySpan<byte> frame) => HttpChunk.Write(output, frame);
}
