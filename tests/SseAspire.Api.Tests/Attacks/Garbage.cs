using System.Net.Sockets;

namespace SseAspire.Api.Tests.Attacks;

/// <summary>Bytes that a client sends after it has opened a stream.</summary>
internal static class Garbage
{
    /// <summary>Sends until the server disconnects the client, and fails where it does not.</summary>
    /// <returns>How many bytes were sent.</returns>
    public static async Task<int> SendUntilDisconnectedAsync(Socket client)
    {
        var garbage = new byte[64 * 1024];
        var sent = 0;
        await Assert.ThrowsAsync<SocketException>(async () =>
        {
            // More than the kernel and the server would take without reading it.
            while (sent < 64 << 20)
            {
                using var hangs = new CancellationTokenSource(TimeSpan.FromSeconds(10));
                sent += await client.SendAsync(garbage, hangs.Token);
            }
        });
        return sent;
    }
}
