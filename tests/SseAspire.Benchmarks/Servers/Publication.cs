namespace SseAspire.Benchmarks.Servers;

/// <summary>An event as it is published to the servers that take JSON.</summary>
internal sealed record Publication(string Topic, string Data)
{
    /// <summary>The topic that all measured events have.</summary>
    public const string Benchmark = "benchmark";
}
