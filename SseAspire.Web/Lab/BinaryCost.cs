using System.Security.Cryptography;
using System.Text;

namespace SseAspire.Web.Lab;

/// <summary>Bytes that a picture of 30 kB takes on the wire as an event.</summary>
internal sealed class BinaryCost
{
    private static readonly byte[] Picture = RandomNumberGenerator.GetBytes(30_000);

    /// <summary>As text in one frame of an event stream.</summary>
    public double Sse { get; } = Encoding.UTF8.GetByteCount($"data: {Convert.ToBase64String(Picture)}\n\n");

    /// <summary>As one frame of a WebSocket, whose header is four bytes at this length (RFC 6455, 5.2).</summary>
    public double WebSocket { get; } = Picture.Length + 4;
}
