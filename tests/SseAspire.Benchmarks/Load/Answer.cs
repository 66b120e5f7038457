using System.Globalization;
using System.Text;

namespace SseAspire.Benchmarks.Load;

/// <summary>
/// One answer of HTTP/1.1 as it comes in pieces: takes its header and its transfer's chunks off and hands on what
/// they wrap (RFC 9112, 6.3 and 7.1). A body without chunks and length goes on until the connection ends.
/// </summary>
internal sealed class Answer
{
    private Part _part = Part.Header;
    private StringBuilder? _header = new();
    private long _left;

    private enum Part
    {
        Header,
        ChunkSize,
        ChunkData,
        ChunkEnd,
        LastChunkEnd,
        Length,
        UntilEnd,
        Complete,
    }

    /// <summary>The status line, or null as long as the header is not complete.</summary>
    public string? Status { get; private set; }

    /// <summary>Whether its body is compressed with gzip.</summary>
    public bool IsGzip { get; private set; }

    /// <summary>Whether nothing more belongs to it.</summary>
    public bool IsComplete => _part == Part.Complete;

    /// <summary>Takes from what came, as far as it is of one kind.</summary>
    /// <param name="received">What came; less what was taken when it returns.</param>
    /// <returns>A piece of the body, or nothing where something else was taken.</returns>
    public ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> received)
    {
        switch (_part)
        {
            case Part.Header:
                TakeHeader(ref received);
                return default;
            case Part.ChunkSize:
                TakeChunkSize(ref received);
                return default;
            case Part.ChunkData:
                return TakeLength(ref received, Part.ChunkEnd);
            case Part.ChunkEnd:
                TakeLength(ref received, Part.ChunkSize);
                return default;
            case Part.LastChunkEnd:
                TakeLength(ref received, Part.Complete);
                return default;
            case Part.Length:
                return TakeLength(ref received, Part.Complete);
            case Part.UntilEnd:
                return TakeAll(ref received);
            default:
                TakeAll(ref received);
                return default;
        }
    }

    private void TakeHeader(ref ReadOnlySpan<byte> received)
    {
        for (var i = 0; i < received.Length; i++)
        {
            _header!.Append((char)received[i]);
            if (received[i] == '\n' && _header.Length >= 4 && _header.ToString(_header.Length - 4, 4) == "\r\n\r\n")
            {
                received = received[(i + 1)..];
                Begin(_header.ToString());
                _header = null;
                return;
            }
        }

        received = default;
    }

    private void Begin(string header)
    {
        const string LengthField = "\r\nContent-Length: ";
        if (header.Contains("\r\nTransfer-Encoding: chunked\r\n", StringComparison.OrdinalIgnoreCase))
        {
            _part = Part.ChunkSize;
        }
        else if (header.IndexOf(LengthField, StringComparison.OrdinalIgnoreCase) is >= 0 and var at)
        {
            var value = header.AsSpan(at + LengthField.Length);
            _left = long.Parse(value[..value.IndexOf('\r')], CultureInfo.InvariantCulture);
            _part = _left == 0 ? Part.Complete : Part.Length;
        }
        else
        {
            _part = Part.UntilEnd;
        }

        IsGzip = header.Contains("\r\nContent-Encoding: gzip\r\n", StringComparison.OrdinalIgnoreCase);
        Status = header[..header.IndexOf('\r', StringComparison.Ordinal)];
    }

    private void TakeChunkSize(ref ReadOnlySpan<byte> received)
    {
        for (var i = 0; i < received.Length; i++)
        {
            var digit = received[i];
            if (digit == '\n')
            {
                received = received[(i + 1)..];
                if (_left == 0)
                {
                    (_part, _left) = (Part.LastChunkEnd, 2);
                    return;
                }

                _part = Part.ChunkData;
                return;
            }

            if (digit != '\r')
            {
                _left = _left * 16 + (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
            }
        }

        received = default;
    }

    private ReadOnlySpan<byte> TakeLength(ref ReadOnlySpan<byte> received, Part then)
    {
        var taken = received[..(int)Math.Min(_left, received.Length)];
        received = received[taken.Length..];
        _left -= taken.Length;
        if (_left == 0)
        {
            (_part, _left) = (then, then == Part.ChunkEnd ? 2 : 0);
        }

        return taken;
    }

    private static ReadOnlySpan<byte> TakeAll(ref ReadOnlySpan<byte> received)
    {
        var all = received;
        received = default;
        return all;
    }
}
