using System.Buffers;
using Microsoft.Net.Http.Headers;
using SseAspire.Api.Hub;

namespace SseAspire.Api.Transports;

/// <summary>The form in which one event stream is sent: with or without envelopes, chunks and gzip.</summary>
internal sealed class SseForm
{
    /// <summary>What a frame that only one reader gets mostly fits in, so that nothing is allocated in vain for each of them.</summary>
    private const int OwnFrame = 64;

    private static readonly SseForm[] All =
        [.. from envelope in new[] { false, true }
            from chunked in new[] { false, true }
            from gzip in new[] { false, true }
            select new SseForm(envelope, chunked, gzip)];

    private static readonly FrameFormat[] Plain = [.. All[..4].Select(form => form.Frames)];
    private static readonly FrameFormat[] Envelopes = [.. All[4..].Select(form => form.Frames)];

    private readonly bool _isChunked;
    private readonly bool _isGzip;
    private readonly WrappedFormat? _wrapped;

    private SseForm(bool envelope, bool chunked, bool gzip)
    {
        (_isChunked, _isGzip) = (chunked, gzip);
        FrameFormat events = envelope ? SseFormat.Envelope : SseFormat.Plain;
        _wrapped = gzip ? new GzipFormat(events, chunked) : chunked ? new ChunkedFormat(events) : null;
        Frames = _wrapped ?? events;
    }

    /// <summary>How events are laid out.</summary>
    public FrameFormat Frames { get; }

    /// <summary>The form.</summary>
    /// <param name="envelope">Whether <c>data</c> is the JSON envelope.</param>
    /// <param name="isChunked">Whether the frames go to the socket, past the server, so that they are chunks already.</param>
    /// <param name="isGzip">Whether the stream is compressed.</param>
    public static SseForm Of(bool envelope, bool isChunked, bool isGzip) =>
        All[(envelope ? 4 : 0) + (isChunked ? 2 : 0) + (isGzip ? 1 : 0)];

    /// <summary>All formats in which the same events may be sent.</summary>
    public static ReadOnlySpan<FrameFormat> Formats(bool envelope) => envelope ? Envelopes : Plain;

    /// <summary>Sets the headers by which a client reads this form.</summary>
    public void SetHeaders(HttpResponse response)
    {
        response.Headers.Vary = HeaderNames.AcceptEncoding;
        if (_isChunked)
        {
            // The server, told so, leaves the framing to whoever writes; and nothing can follow on the connection.
            response.Headers.TransferEncoding = "chunked";
            response.Headers.Connection = "close";
        }

        if (_isGzip)
        {
            response.Headers.ContentEncoding = GzipFormat.ContentCoding;
        }
    }

    /// <summary>Begins the body with a frame of its own.</summary>
    public void Open(IBufferWriter<byte> output, Action<IBufferWriter<byte>> write)
    {
        if (_isGzip)
        {
            if (_isChunked)
            {
                HttpChunk.Write(output, GzipFormat.Header);
            }
            else
            {
                output.Write(GzipFormat.Header);
            }
        }

        output.Write(LayOut(write).Span);
    }

    /// <summary>Lays out a frame that only this reader gets, to stand among its <see cref="Frames"/>.</summary>
    public ReadOnlyMemory<byte> LayOut(Action<IBufferWriter<byte>> write)
    {
        var frame = new ArrayBufferWriter<byte>(OwnFrame);
        write(frame);
        if (_wrapped is null)
        {
            return frame.WrittenMemory;
        }

        var output = new ArrayBufferWriter<byte>(OwnFrame);
        _wrapped.Wrap(output, frame.WrittenSpan);
        return output.WrittenMemory;
    }

    /// <summary>Lays out a frame that only this reader gets and that is the last.</summary>
    public ReadOnlyMemory<byte> LayOutEnd(Action<IBufferWriter<byte>> write) =>
        _isChunked ? (byte[])[.. LayOut(write).Span, .. HttpChunk.Last] : LayOut(write);
}
