using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SseAspire.Benchmarks.Load;

/// <summary>
/// One stream on a socket of its own. It checks that every event comes once and in order, and parses no more than
/// that needs: the transfer's chunks (RFC 9112, 7.1) and the head of each event's data.
/// </summary>
internal sealed class Reader : IDisposable
{
    private const int BufferLength = 8 * 1024;

    private readonly ReaderFleet _fleet;
    private readonly Socket _socket;
    private readonly SocketAsyncEventArgs _receive = new();
    private readonly byte[] _head = new byte[Payload.HeadLength];
    private Part _part = Part.Header;
    private StringBuilder? _header = new();
    private int _chunkLeft;
    private int _headLength;
    private int _next;

    /// <param name="fleet">Where it tells what it got.</param>
    /// <param name="server">What it connects to.</param>
    /// <param name="request">What it asks for.</param>
    /// <param name="next">The number of the event that must come first.</param>
    public Reader(ReaderFleet fleet, IPEndPoint server, ReadOnlySpan<byte> request, int next)
    {
        (_fleet, _next) = (fleet, next);
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _socket.Connect(server);
        _socket.Send(request);
        _receive.SetBuffer(new byte[BufferLength]);
        _receive.Completed += (_, _) => Receive(TakeReceived());
        Receive(goOn: true);
    }

    private enum Part
    {
        Header,
        ChunkSize,
        ChunkData,
        ChunkEnd,
    }

    /// <summary>Whether the server has begun to answer.</summary>
    public bool IsAnswered => Volatile.Read(ref _header) is null;

    /// <summary>Events that came.</summary>
    public long Received { get; private set; }

    /// <summary>Events that were skipped.</summary>
    public long Lost { get; private set; }

    /// <summary>Events that came again, or behind later ones.</summary>
    public long Twice { get; private set; }

    /// <summary>Why the stream ended, or null while it lives.</summary>
    public string? Failure { get; private set; }

    /// <summary>The number of the event that must come next.</summary>
    public int Next => Volatile.Read(ref _next);

    /// <summary>Ends it with a reset, so that no port waits for stragglers and the next measurement finds it free.</summary>
    public void Dispose()
    {
        _socket.LingerState = new LingerOption(enable: true, 0);
        _socket.Dispose();
    }

    private void Receive(bool goOn)
    {
        try
        {
            while (goOn && !_socket.ReceiveAsync(_receive))
            {
                goOn = TakeReceived();
            }
        }
        catch (ObjectDisposedException)
        {
            // The measurement is over.
        }
    }

    private bool TakeReceived()
    {
        if (_receive.SocketError != SocketError.Success || _receive.BytesTransferred == 0)
        {
            Failure ??= _receive.SocketError == SocketError.Success ? "the server ended the stream" : $"{_receive.SocketError}";
            return false;
        }

        var now = Payload.Now;
        ReadOnlySpan<byte> received = _receive.MemoryBuffer.Span[.._receive.BytesTransferred];
        while (received.Length > 0 && Failure is null)
        {
            received = _part switch
            {
                Part.Header => TakeHeader(received),
                Part.ChunkSize => TakeChunkSize(received),
                Part.ChunkData => TakeChunkData(received, now),
                _ => TakeChunkEnd(received),
            };
        }

        return Failure is null;
    }

    private ReadOnlySpan<byte> TakeHeader(ReadOnlySpan<byte> received)
    {
        var taken = 0;
        while (taken < received.Length)
        {
            _header!.Append((char)received[taken++]);
            if (_header.Length >= 4 && _header.ToString(_header.Length - 4, 4) == "\r\n\r\n")
            {
                var header = _header.ToString();
                if (!header.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal) || !header.Contains("chunked", StringComparison.Ordinal))
                {
                    Failure = $"the server answered {header.Split('\r')[0]}";
                }

                (_header, _part) = (null, Part.ChunkSize);
                break;
            }
        }

        return received[taken..];
    }

    private ReadOnlySpan<byte> TakeChunkSize(ReadOnlySpan<byte> received)
    {
        for (var i = 0; i < received.Length; i++)
        {
            var digit = received[i];
            if (digit == '\n')
            {
                (_part, Failure) = (Part.ChunkData, _chunkLeft == 0 ? "the server ended the stream" : null);
                return received[(i + 1)..];
            }

            if (digit != '\r')
            {
                _chunkLeft = _chunkLeft * 16 + (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
            }
        }

        return default;
    }

    private ReadOnlySpan<byte> TakeChunkData(ReadOnlySpan<byte> received, long now)
    {
        var length = Math.Min(_chunkLeft, received.Length);
        TakeEvents(received[..length], now);
        _chunkLeft -= length;
        if (_chunkLeft == 0)
        {
            (_part, _chunkLeft) = (Part.ChunkEnd, 2);
        }

        return received[length..];
    }

    private ReadOnlySpan<byte> TakeChunkEnd(ReadOnlySpan<byte> received)
    {
        var length = Math.Min(_chunkLeft, received.Length);
        _chunkLeft -= length;
        if (_chunkLeft == 0)
        {
            _part = Part.ChunkSize;
        }

        return received[length..];
    }

    private void TakeEvents(ReadOnlySpan<byte> data, long now)
    {
        if (_headLength > 0)
        {
            // The head was cut in two.
            var rest = Math.Min(_head.Length - _headLength, data.Length);
            data[..rest].CopyTo(_head.AsSpan(_headLength));
            _headLength += rest;
            data = data[rest..];
            if (_headLength < _head.Length)
            {
                return;
            }

            TakeEvent(_head, now);
            _headLength = 0;
        }

        int at;
        while ((at = data.IndexOf(Payload.Mark)) >= 0)
        {
            data = data[at..];
            if (data.Length < _head.Length)
            {
                data.CopyTo(_head);
                _headLength = data.Length;
                return;
            }

            TakeEvent(data[.._head.Length], now);
            data = data[_head.Length..];
        }
    }

    private void TakeEvent(ReadOnlySpan<byte> head, long now)
    {
        var (number, due) = Payload.Read(head);
        if (number < _next)
        {
            Twice++;
            return;
        }

        Lost += number - _next;
        Received++;
        _fleet.Received(now - due);
        Volatile.Write(ref _next, number + 1);
    }
}
