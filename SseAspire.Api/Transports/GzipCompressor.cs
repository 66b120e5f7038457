using System.Buffers;
using System.IO.Compression;
using SseAspire.Api.Hub;
using SseAspire.Broker;

namespace SseAspire.Api.Transports;

/// <summary>
/// Deflates batches of frames (RFC 1951), each flushed to the end of a byte, so that it can be read as soon as it is
/// there.
/// </summary>
internal sealed class GzipCompressor : FrameCompressor
{
    private readonly FrameFormat _format;
    private readonly bool _chunked;
    private readonly ArrayBufferWriter<byte> _frames = new();
    private readonly MemoryStream _deflated = new();
    private readonly DeflateStream _deflate;

    public GzipCompressor(FrameFormat format, bool chunked)
    {
        (_format, _chunked) = (format, chunked);
        _deflate = new DeflateStream(_deflated, CompressionLevel.Optimal);
    }

    public override void AddEvent(LogEntry entry) => _format.WriteEvent(_frames, entry);

    public override void AddGap(Gap gap) => _format.WriteGap(_frames, gap);

    public override void WriteBatch(IBufferWriter<byte> output)
    {
        _deflate.Write(_frames.WrittenSpan);
        _deflate.Flush();
        var deflated = _deflated.GetBuffer().AsSpan(0, (int)_deflated.Length);
        if (_chunked)
        {
            HttpChunk.Write(output, deflated);
        }
        else
        {
            output.Write(deflated);
        }

        _frames.ResetWrittenCount();
        _deflated.SetLength(0);
    }

    public override void Dispose() => _deflate.Dispose();
}
