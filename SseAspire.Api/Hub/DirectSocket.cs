using System.Net.Sockets;

namespace SseAspire.Api.Hub;

/// <summary>
/// The socket of a connection whose frames go to the kernel as they are laid out, without passing through the
/// server's pipes: the same bytes for every reader, at the cost of one system call each.
/// </summary>
internal sealed class DirectSocket
{
    private readonly Socket _socket;

    /// <param name="socket">A connected socket, to which nobody else writes meanwhile.</param>
    public DirectSocket(Socket socket)
    {
        _socket = socket;
        try
        {
            // Else a send would wait for a slow reader, and with it the thread that serves all others.
            _socket.Blocking = false;
        }
        catch (ObjectDisposedException)
        {
            // The reader is gone already, as whoever sends will see.
        }
    }

    /// <summary>Sends what the kernel takes at once.</summary>
    /// <returns>How many bytes it took: fewer than given where the reader is slow, none where it is gone.</returns>
    public int SendAtOnce(ReadOnlySpan<byte> frames)
    {
        try
        {
            return _socket.Send(frames, SocketFlags.None, out var error) is var sent && error == SocketError.Success ? sent : 0;
        }
        catch (ObjectDisposedException)
        {
            return 0;
        }
    }

    /// <summary>Sends all of it, waiting for the reader where it is slow.</summary>
    /// <exception cref="IOException">The reader is gone.</exception>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> frames)
    {
        // Mostly the kernel takes all of it, and the socket need not keep what waiting takes.
        frames = frames[SendAtOnce(frames.Span)..];
        try
        {
            while (frames.Length > 0)
            {
                frames = frames[await _socket.SendAsync(frames, SocketFlags.None)..];
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw new IOException("The reader is gone.", e);
        }
    }
}
