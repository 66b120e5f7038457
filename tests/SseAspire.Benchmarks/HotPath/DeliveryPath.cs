namespace SseAspire.Benchmarks.HotPath;

/// <summary>How frames reach a reader's connection.</summary>
public enum DeliveryPath
{
    /// <summary>Straight to the socket, over HTTP/1.1 without TLS.</summary>
    Socket,

    /// <summary>Through the server's pipe, over HTTP/2.</summary>
    Pipe,
}
