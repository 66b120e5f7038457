using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SseAspire.Benchmarks.Load;

/// <summary>
/// One connection that publishes, kept open: a raw socket, so that the publisher costs as little as it can on a
/// machine that it shares with the server.
/// </summary>
internal sealed class PublishingConnection : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly MemoryStream _body = new();

    public PublishingConnection(IPEndPoint server) => _socket.Connect(server);

    /// <summary>Sends requests one behind the other and waits for all their answers.</summary>
    /// <returns>The body of the last answer.</returns>
    /// <exception cref="BenchmarkException">One was refused, or the server ended the connection.</exception>
    public string Send(ReadOnlySpan<byte> requests, int count)
    {
        _socket.Send(requests);
        ReadOnlySpan<byte> received = default;
        for (; count > 0; count--)
        {
            var answer = new Answer();
            _body.SetLength(0);
            while (!answer.IsComplete)
            {
                if (received.IsEmpty)
                {
                    received = _buffer.AsSpan(0, _socket.Receive(_buffer));
                    if (received.IsEmpty)
                    {
                        throw new BenchmarkException("The server ended a connection that publishes.");
                    }
                }

                _body.Write(answer.Take(ref received));
            }

            if (answer.Status?.StartsWith("HTTP/1.1 2", StringComparison.Ordinal) != true)
            {
                throw new BenchmarkException($"The server answered a publication: {answer.Status}\n{Body()}");
            }
        }

        return Body();

        string Body() => Encoding.UTF8.GetString(_body.GetBuffer(), 0, (int)_body.Length);
    }

    public void Dispose() => _socket.Dispose();
}
