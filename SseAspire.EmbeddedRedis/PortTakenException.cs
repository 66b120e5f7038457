namespace SseAspire.EmbeddedRedis;

/// <summary>Somebody else listens on the port that the embedded Redis was to listen on.</summary>
public sealed class PortTakenException(int port, Exception inner)
    : IOException($"Port {port} of the loopback address is taken by another process; the embedded Redis cannot listen on it.", inner)
{
    /// <summary>The port that is taken.</summary>
    public int Port { get; } = port;
}
