using System.Net;
using System.Net.Sockets;

namespace SseAspire.Benchmarks.Load;

/// <summary>
/// One stream on a socket of its own. It checks that every event comes once and in order, and parses no more than
/// that needs: the answer around the stream and the head of each event's data.
/// </summary>
internal sealed class Reader : IDisposable
{
    private const int BufferLength = 8 * 1024;

    private readonly ReaderFleet _fleet;
    private readonly Socket _socket;
    private readonly SocketAsyncEventArgs _receive = new();
    private readonly byte[] _head = new byte[Payload.HeadLength];
    private readonly Answer _answer = new();
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

    /// <summary>Whether the server has begun to answer.</summary>
    public bool IsAnswered => _answer.Status is not null;

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
        while (received.Length > 0)
        {
            TakeEvents(_answer.Take(ref received), now);
        }

        if (_answer.Status?.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal) == false)
        {
            Failure = $"the server answered {_answer.Status}";
        }
        else if (_answer.IsComplete)
        {
            Failure = "the server ended the stream";
        }

        return Failure is null;
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
