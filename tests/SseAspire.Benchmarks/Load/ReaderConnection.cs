using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;

namespace SseAspire.Benchmarks.Load;

/// <summary>One stream of a reader, on a socket of its own.</summary>
internal sealed class ReaderConnection : IDisposable
{
    private const int BufferLength = 8 * 1024;

    /// <summary>How many buffers are read in a row. The thread serves all readers, and a replay may go on for long.</summary>
    private const int MostInARow = 16;

    private readonly Reader _reader;
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly SocketAsyncEventArgs _receive = new();
    private readonly Answer _answer = new();
    private readonly bool _isGzip;
    private readonly GzipDecoder? _gzip;
    private volatile bool _isDisposed;
    private bool _isOpened;

    /// <param name="reader">Who takes what comes.</param>
    /// <param name="server">What it connects to.</param>
    /// <param name="request">What it asks for.</param>
    /// <param name="isGzip">Whether that is a compressed stream.</param>
    public ReaderConnection(Reader reader, IPEndPoint server, ReadOnlySpan<byte> request, bool isGzip)
    {
        _reader = reader;
        _gzip = isGzip && reader.IsChecked ? new GzipDecoder() : null;
        _isGzip = isGzip;
        _socket.Connect(server);
        _socket.Send(request);
        _receive.SetBuffer(new byte[BufferLength]);
        _receive.Completed += (_, _) => Receive(TakeReceived());
        Receive(goOn: true);
    }

    /// <summary>Whether the server has begun to answer.</summary>
    public bool IsAnswered => _answer.Status is not null;

    /// <summary>Why the stream ended, or null while it lives.</summary>
    public string? Failure { get; private set; }

    /// <summary>What the server told it to wait before it comes back, if it did.</summary>
    public TimeSpan? Retry { get; private set; }

    /// <summary>Bytes that came, with everything around the stream.</summary>
    public long Bytes { get; private set; }

    /// <summary>Ends it with a reset, so that no port waits for stragglers and the next measurement finds it free.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _socket.LingerState = new LingerOption(enable: true, 0);
        _socket.Dispose();
    }

    private void Receive(bool goOn)
    {
        try
        {
            for (var inARow = 0; goOn && !_socket.ReceiveAsync(_receive); inARow++)
            {
                goOn = TakeReceived();
                if (goOn && inARow == MostInARow)
                {
                    ThreadPool.UnsafeQueueUserWorkItem(static rest => rest.Receive(goOn: true), this, preferLocal: false);
                    return;
                }
            }
        }
        catch (ObjectDisposedException)
        {
            // It was cut from this side.
        }
    }

    private bool TakeReceived()
    {
        if (_isDisposed)
        {
            return false;
        }

        if (_receive.SocketError != SocketError.Success || _receive.BytesTransferred == 0)
        {
            Failure ??= _receive.SocketError == SocketError.Success ? "the server ended the stream" : $"{_receive.SocketError}";
            return false;
        }

        var now = Payload.Now;
        ReadOnlySpan<byte> received = _receive.MemoryBuffer.Span[.._receive.BytesTransferred];
        Bytes += received.Length;
        while (received.Length > 0 && Failure is null)
        {
            var data = _answer.Take(ref received);
            Failure = WhyFailed();
            if (Failure is null)
            {
                Take(data, now);
            }
        }

        return Failure is null;
    }

    private string? WhyFailed() =>
        _answer.Status?.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal) == false ? $"the server answered {_answer.Status}"
        : _answer.Status is not null && _answer.IsGzip != _isGzip
            ? _isGzip ? "the server does not compress it" : "the server compresses it unasked"
        : _answer.IsComplete ? "the server ended the stream"
        : null;

    private void Take(ReadOnlySpan<byte> data, long now)
    {
        if (!_isGzip)
        {
            TakeText(data, now);
            return;
        }

        if (_gzip is null || data.IsEmpty)
        {
            return;
        }

        try
        {
            _gzip.Give(data);
            ReadOnlySpan<byte> text;
            while (!(text = _gzip.Read()).IsEmpty)
            {
                TakeText(text, now);
            }
        }
        catch (InvalidDataException e)
        {
            Failure = $"what the server compressed is wrong: {e.Message}";
        }
    }

    private void TakeText(ReadOnlySpan<byte> text, long now)
    {
        if (text.IsEmpty)
        {
            return;
        }

        if (!_isOpened)
        {
            // Servers that tell it do so with the first bytes of the stream.
            _isOpened = true;
            var at = text.IndexOf("retry: "u8);
            if (at >= 0 && Utf8Parser.TryParse(text[(at + "retry: ".Length)..], out int milliseconds, out _))
            {
                Retry = TimeSpan.FromMilliseconds(milliseconds);
            }
        }

        _reader.Take(text, now);
    }
}
