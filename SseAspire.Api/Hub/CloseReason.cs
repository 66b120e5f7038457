namespace SseAspire.Api.Hub;

/// <summary>Why a stream ended, as the metrics name it.</summary>
internal enum CloseReason
{
    /// <summary>The reader went away.</summary>
    Client,

    /// <summary>One write hung for longer than <see cref="HubOptions.WriteTimeout"/>.</summary>
    Slow,

    /// <summary>It reached <see cref="HubOptions.MaxLifetime"/>.</summary>
    Lifetime,

    /// <summary>The API stops.</summary>
    Drain,

    /// <summary>An operator cut it.</summary>
    Dropped,

    /// <summary>A request that was held has been answered.</summary>
    Answered,

    /// <summary>Its events could not be encoded: a defect or a lack of memory, which the log reports.</summary>
    Failed,
}
