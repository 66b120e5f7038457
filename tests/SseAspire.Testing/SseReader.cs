using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SseAspire.Testing;

/// <summary>
/// A reader of event streams for tests, written by the letter of the HTML standard (9.2.6) and independent of
/// the product's own code: it notices what a lenient reader would forgive. Remembers the last event id over
/// reconnects, and can be cut at any byte.
/// </summary>
/// <param name="address">Where it connects first.</param>
/// <param name="query">What it subscribes to.</param>
/// <param name="takesGzip">Whether it lets the hub compress the stream.</param>
/// <param name="receiveBuffer">How many bytes the kernel may keep for it, or null for what is usual.</param>
public sealed class SseReader(Uri address, string query, bool takesGzip = false, int? receiveBuffer = null) : IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        AutomaticDecompression = takesGzip ? DecompressionMethods.GZip : DecompressionMethods.None,
        ConnectCallback = receiveBuffer is { } size ? (context, cancellation) => ConnectAsync(context, size, cancellation) : null,
    })
    { Timeout = Timeout.InfiniteTimeSpan };
    private readonly byte[] _buffer = new byte[16 * 1024];
    private string _idBuffer = "";

    /// <summary>Where it connects next; another replica's address moves it there.</summary>
    public Uri Address { get; set; } = address;

    /// <summary>The last event id string: what it resumes with.</summary>
    public string LastEventId { get; private set; } = "";

    /// <summary>What the stream told it to wait before a reconnect.</summary>
    public TimeSpan? Retry { get; private set; }

    /// <summary>Sets what the next connection resumes with.</summary>
    public void ResumeFrom(string lastEventId) => LastEventId = lastEventId;

    /// <summary>
    /// Connects and reads until the stream ends, is cut or fails, or so many bytes are read.
    /// </summary>
    /// <param name="onFrame">Is given each event.</param>
    /// <param name="maxBytes">After how many bytes it cuts the connection, wherever that is.</param>
    /// <param name="cancellationToken">Cuts the connection.</param>
    /// <exception cref="HttpRequestException">It could not connect, or was not answered 200.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public async Task ReadAsync(Action<SseFrame> onFrame, long maxBytes = long.MaxValue, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Address, $"/events?{query}"));
        request.Headers.Accept.ParseAdd("text/event-stream");
        if (LastEventId.Length > 0)
        {
            request.Headers.TryAddWithoutValidation("Last-Event-ID", LastEventId);
        }

        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);

        // The id buffer starts over from what is known; an event that was cut in half is discarded.
        _idBuffer = LastEventId;
        var (line, data, type) = (new List<byte>(), new StringBuilder(), "");
        var afterCarriageReturn = false;
        while (maxBytes > 0)
        {
            var read = await stream.ReadAsync(_buffer.AsMemory(0, (int)Math.Min(_buffer.Length, maxBytes)), cancellationToken);
            if (read == 0)
            {
                return;
            }

            maxBytes -= read;
            foreach (var b in _buffer.AsSpan(0, read))
            {
                if (b == '\n' && afterCarriageReturn)
                {
                    afterCarriageReturn = false;
                    continue;
                }

                afterCarriageReturn = b == '\r';
                if (b is not ((byte)'\n' or (byte)'\r'))
                {
                    line.Add(b);
                    continue;
                }

                Interpret(Encoding.UTF8.GetString([.. line]), data, ref type, onFrame);
                line.Clear();
            }
        }
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, int receiveBuffer, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = receiveBuffer };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private void Interpret(string line, StringBuilder data, ref string type, Action<SseFrame> onFrame)
    {
        if (line.Length == 0)
        {
            LastEventId = _idBuffer;
            if (data.Length > 0)
            {
                onFrame(new SseFrame(LastEventId, type.Length == 0 ? "message" : type, data.ToString(0, data.Length - 1)));
            }

            data.Clear();
            type = "";
            return;
        }

        var colon = line.IndexOf(':');
        var (field, value) = colon < 0 ? (line, "") : (line[..colon], line[(colon + 1)..]);
        value = value.StartsWith(' ') ? value[1..] : value;
        switch (field)
        {
            case "event":
                type = value;
                break;
            case "data":
                data.Append(value).Append('\n');
                break;
            case "id" when !value.Contains('\0'):
                _idBuffer = value;
                break;
            case "retry" when value.Length > 0 && value.All(char.IsAsciiDigit):
                Retry = TimeSpan.FromMilliseconds(int.Parse(value, System.Globalization.CultureInfo.InvariantCulture));
                break;
        }
    }

    /// <inheritdoc />
    public void Dispose() => _client.Dispose();
}
