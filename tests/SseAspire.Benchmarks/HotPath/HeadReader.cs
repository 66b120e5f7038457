using System.Net;
using System.Net.Sockets;
using SseAspire.Benchmarks.Load;

namespace SseAspire.Benchmarks.HotPath;

/// <summary>The far end of one stream. It reads where it is asked to and allocates nothing itself.</summary>
internal sealed class HeadReader : IDisposable
{
    private const int Patience = 30_000;

    // One thread reads all of them, one after the other.
    private static readonly byte[] Received = new byte[8 * 1024];

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = Patience };

    /// <summary>Opens a stream, and waits until it has begun.</summary>
    /// <param name="server">What it connects to.</param>
    /// <param name="path">How it is reached.</param>
    public HeadReader(IPEndPoint server, DeliveryPath path)
    {
        _socket.Connect(server);
        _socket.Send(path == DeliveryPath.Socket
            ? new StreamRequest(HubInProcess.StreamPath).To(server)
            : Http2Request.Get(HubInProcess.StreamPath, server));
        var length = 0;
        do
        {
            length += Receive(Received.AsSpan(length)).Length;
        }
        while (!HasBegun(Received.AsSpan(0, length)));
    }

    /// <summary>Waits until the next event has come.</summary>
    public void WaitForEvent()
    {
        while (!Receive(Received).Contains(Payload.Mark))
        {
        }
    }

    /// <summary>Ends it with a reset, so that its port is free at once.</summary>
    public void Dispose()
    {
        _socket.LingerState = new LingerOption(enable: true, 0);
        _socket.Dispose();
    }

    /// <summary>Whether all of a stream's own first block is there: how long to wait before a reconnect, and where it starts.</summary>
    private static bool HasBegun(ReadOnlySpan<byte> received) =>
        received.IndexOf("retry: "u8) is >= 0 and var at && received[at..].IndexOf("\n\n"u8) >= 0;

    private ReadOnlySpan<byte> Receive(Span<byte> buffer) => _socket.Receive(buffer) is > 0 and var length
        ? buffer[..length]
        : throw new BenchmarkException("The hub ended a stream.");
}
