using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SseAspire.Api.Tests;

/// <summary>A connection that sends what it is given: an HTTP client would correct or refuse most wrong requests.</summary>
internal sealed class RawHttp : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp);
    private readonly byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;

    /// <summary>Sends one request on a connection of its own and reads the answer; null where the connection closes without one.</summary>
    public static async Task<RawAnswer?> AskAsync(Uri address, ReadOnlyMemory<byte> request, bool endsSending, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        using var connection = new RawHttp();
        await connection._socket.ConnectAsync(IPAddress.Loopback, address.Port, patience.Token);
        // The server may answer before it has everything, and read no further.
        var sending = connection.SendAsync(request, endsSending, patience.Token);
        var answer = await connection.ReadAnswerAsync(patience.Token);
        connection._socket.Close();
        await sending;
        return answer;
    }

    public static async Task<RawHttp> ConnectAsync(Uri address, CancellationToken cancellationToken)
    {
        var connection = new RawHttp();
        await connection._socket.ConnectAsync(IPAddress.Loopback, address.Port, cancellationToken);
        return connection;
    }

    /// <summary>Sends bytes; does not mind when the server has had enough of them.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes, bool endsSending, CancellationToken cancellationToken)
    {
        try
        {
            while (bytes.Length > 0)
            {
                bytes = bytes[await _socket.SendAsync(bytes, cancellationToken)..];
            }

            if (endsSending)
            {
                _socket.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }

    /// <summary>Reads an answer; null where the connection ends before one.</summary>
    public async Task<RawAnswer?> ReadAnswerAsync(CancellationToken cancellationToken)
    {
        if (await ReadLineAsync(cancellationToken) is not { } statusLine)
        {
            return null;
        }

        var status = int.Parse(statusLine.Split(' ')[1], CultureInfo.InvariantCulture);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await ReadLineAsync(cancellationToken) is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers[line[..colon]] = line[(colon + 1)..].Trim();
        }

        var isStream = headers.GetValueOrDefault("Content-Type") == "text/event-stream";
        return new RawAnswer(status, headers, isStream ? "" : await ReadBodyAsync(headers, cancellationToken));
    }

    /// <summary>Reads a line without its end; null where the connection ends first.</summary>
    public async Task<string?> ReadLineAsync(CancellationToken cancellationToken)
    {
        var line = new List<byte>();
        while (await ReadByteAsync(cancellationToken) is { } read)
        {
            if (read == '\n')
            {
                return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
            }

            line.Add(read);
        }

        return null;
    }

    public void Dispose() => _socket.Dispose();

    private async Task<string> ReadBodyAsync(Dictionary<string, string> headers, CancellationToken cancellationToken)
    {
        var body = new List<byte>();
        if (headers.ContainsKey("Transfer-Encoding"))
        {
            while (await ReadLineAsync(cancellationToken) is { } size && size != "0")
            {
                await ReadIntoAsync(body, int.Parse(size, NumberStyles.HexNumber, CultureInfo.InvariantCulture), cancellationToken);
                await ReadLineAsync(cancellationToken);
            }

            await ReadLineAsync(cancellationToken);
        }
        else
        {
            var length = headers.TryGetValue("Content-Length", out var given) ? int.Parse(given, CultureInfo.InvariantCulture) : int.MaxValue;
            await ReadIntoAsync(body, length, cancellationToken);
        }

        return Encoding.UTF8.GetString([.. body]);
    }

    private async Task ReadIntoAsync(List<byte> body, int count, CancellationToken cancellationToken)
    {
        for (; count > 0 && await ReadByteAsync(cancellationToken) is { } read; count--)
        {
            body.Add(read);
        }
    }

    private async ValueTask<byte?> ReadByteAsync(CancellationToken cancellationToken)
    {
        if (_start == _end)
        {
            try
            {
                (_start, _end) = (0, await _socket.ReceiveAsync(_buffer, cancellationToken));
            }
            catch (SocketException)
            {
                // Reset: the server closed while we were still sending.
                _end = 0;
            }
        }

        return _start < _end ? _buffer[_start++] : null;
    }
}
