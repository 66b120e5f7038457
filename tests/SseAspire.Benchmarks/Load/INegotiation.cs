namespace SseAspire.Benchmarks.Load;

/// <summary>What a server wants said before and after a stream is opened.</summary>
internal interface INegotiation
{
    /// <summary>Announces a stream.</summary>
    /// <returns>Its path.</returns>
    string Begin();

    /// <summary>Completes a stream whose answer has begun.</summary>
    void Complete(string path);
}
