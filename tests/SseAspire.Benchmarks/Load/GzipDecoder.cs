using System.IO.Compression;

namespace SseAspire.Benchmarks.Load;

/// <summary>Decompresses a stream as it comes in pieces.</summary>
internal sealed class GzipDecoder : IDisposable
{
    private readonly Pieces _pieces = new();
    private readonly GZipStream _gzip;
    private readonly byte[] _output = new byte[16 * 1024];

    public GzipDecoder() => _gzip = new GZipStream(_pieces, CompressionMode.Decompress);

    /// <summary>Takes a piece; what it says is then to be read.</summary>
    public void Give(ReadOnlySpan<byte> piece) => _pieces.Next = piece.ToArray();

    /// <summary>Reads on; nothing means that another piece is needed.</summary>
    /// <exception cref="InvalidDataException">It is not a gzip stream (RFC 1952).</exception>
    public ReadOnlySpan<byte> Read() => _output.AsSpan(0, _gzip.Read(_output));

    public void Dispose() => _gzip.Dispose();

    /// <summary>Ends where there is nothing yet, and goes on when there is.</summary>
    private sealed class Pieces : Stream
    {
        public ReadOnlyMemory<byte> Next { get; set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(Span<byte> buffer)
        {
            var taken = Math.Min(buffer.Length, Next.Length);
            Next.Span[..taken].CopyTo(buffer);
            Next = Next[taken..];
            return taken;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
