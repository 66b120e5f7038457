using System.Net;

namespace SseAspire.Benchmarks.Load;

/// <summary>
/// Reads one stream after the other, from where it was, and checks that every event comes once and in order. It
/// parses no more than that needs: the head of each event's data.
/// </summary>
internal sealed class Reader : IDisposable
{
    private readonly ReaderFleet _fleet;
    private readonly byte[] _head = new byte[Payload.HeadLength];
    private readonly int _first;
    private readonly HashSet<int>? _seen;
    private ReaderConnection? _connection;
    private long _earlierBytes;
    private int _headLength;
    private long _missedFrom;
    private int _missedUntil;

    /// <param name="fleet">Where it tells what it got.</param>
    /// <param name="first">The number of the event that must come first.</param>
    /// <param name="inOrder">Whether events are published one after the other, so that they must come in order.</param>
    /// <param name="isChecked">Whether it looks at what comes, or only counts bytes.</param>
    public Reader(ReaderFleet fleet, int first, bool inOrder, bool isChecked)
    {
        (_fleet, _first, Next, IsChecked) = (fleet, first, first, isChecked);
        _seen = inOrder ? null : [];
    }

    /// <summary>Whether it looks at what comes, or only counts bytes.</summary>
    public bool IsChecked { get; }

    /// <summary>Whether the server has begun to answer.</summary>
    public bool IsAnswered => _connection?.IsAnswered == true;

    /// <summary>Why the stream ended, or null while it lives.</summary>
    public string? Failure => _connection?.Failure;

    /// <summary>What the server told it to wait before it comes back, if it did.</summary>
    public TimeSpan? Retry => _connection?.Retry;

    /// <summary>Bytes that came.</summary>
    public long Bytes => _earlierBytes + (_connection?.Bytes ?? 0);

    /// <summary>Events that came.</summary>
    public long Received { get; private set; }

    /// <summary>Events that were skipped.</summary>
    public long Lost { get; private set; }

    /// <summary>Events that came again, or behind later ones.</summary>
    public long Twice { get; private set; }

    /// <summary>The number of the event that must come next, where they come in order.</summary>
    private int Next { get; set; }

    /// <summary>Opens a stream.</summary>
    public void Connect(IPEndPoint server, ReadOnlySpan<byte> request, bool isGzip)
    {
        _headLength = 0;
        _connection = new ReaderConnection(this, server, request, isGzip);
    }

    /// <summary>Ends the stream at once, as when the line is cut.</summary>
    public void Cut()
    {
        _connection?.Dispose();
        _earlierBytes = Bytes;
        _connection = null;
    }

    /// <summary>Has it tell how long it took from a time on until it had all the events before a number.</summary>
    public void CatchUp(long from, int next) => (_missedFrom, _missedUntil) = (from, next);

    /// <summary>How many of the events before a number are still to come.</summary>
    public long Missing(int next) => Math.Max(0, next - _first - Received - Lost);

    public void Dispose() => Cut();

    /// <summary>Takes text of the stream.</summary>
    public void Take(ReadOnlySpan<byte> text, long now)
    {
        if (_headLength > 0)
        {
            // The head was cut in two.
            var rest = Math.Min(_head.Length - _headLength, text.Length);
            text[..rest].CopyTo(_head.AsSpan(_headLength));
            _headLength += rest;
            text = text[rest..];
            if (_headLength < _head.Length)
            {
                return;
            }

            TakeEvent(_head, now);
            _headLength = 0;
        }

        int at;
        while ((at = text.IndexOf(Payload.Mark)) >= 0)
        {
            text = text[at..];
            if (text.Length < _head.Length)
            {
                text.CopyTo(_head);
                _headLength = text.Length;
                return;
            }

            TakeEvent(text[.._head.Length], now);
            text = text[_head.Length..];
        }
    }

    private void TakeEvent(ReadOnlySpan<byte> head, long now)
    {
        var (number, due) = Payload.Read(head);
        if (_seen is null ? number < Next : !_seen.Add(number))
        {
            Twice++;
            return;
        }

        if (_seen is null)
        {
            Lost += number - Next;
            Next = number + 1;
        }

        Received++;
        _fleet.Received(now - due);
        if (number + 1 == _missedUntil)
        {
            _fleet.CaughtUp(now - _missedFrom);
        }
    }
}
