namespace SseAspire.Api.Hub;

/// <summary>How events reach a reader, as the metrics name it.</summary>
internal enum Transport
{
    /// <summary>Server-Sent Events.</summary>
    Sse,

    /// <summary>WebSocket.</summary>
    WebSocket,

    /// <summary>Requests that are held until something comes.</summary>
    LongPoll,

    /// <summary>Requests that are answered at once.</summary>
    Poll,
}
