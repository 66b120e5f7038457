using SseAspire.Benchmarks.Servers;

namespace SseAspire.Benchmarks.Report;

/// <summary>What one measurement of one server found. Seconds and milliseconds as named, bytes elsewhere.</summary>
internal sealed record Result
{
    public ServerKind Server { get; init; }

    /// <summary>Which of a scenario's cases it is; empty where there is only one.</summary>
    public string Case { get; init; } = "";

    public int Repeat { get; init; }

    public int Readers { get; init; }

    /// <summary>Events that came to readers: each reader counts.</summary>
    public long Deliveries { get; init; }

    public double Seconds { get; init; }

    /// <summary>Processor time of the server's process alone: neither the broker's nor the load's.</summary>
    public double CpuUserSeconds { get; init; }

    public double CpuSystemSeconds { get; init; }

    public double CpuSeconds => CpuUserSeconds + CpuSystemSeconds;

    /// <summary>Null where it took too little to be measured.</summary>
    public double? DeliveriesPerCpuSecond => CpuSeconds > 0 && Deliveries > 0 ? Deliveries / CpuSeconds : null;

    /// <summary>Published, or replayed, from the first to the last receipt.</summary>
    public double? EventsPerSecond { get; init; }

    /// <summary>Processor time of the load: publisher and readers.</summary>
    public double GeneratorCpuSeconds { get; init; }

    /// <summary>From due to received, in milliseconds; null where nothing was published.</summary>
    public double? LatencyP50 { get; init; }

    public double? LatencyP99 { get; init; }

    public double? LatencyMax { get; init; }

    /// <summary>The same readers' 99th percentile, in milliseconds, while the server had nothing else to do.</summary>
    public double? LatencyP99Alone { get; init; }

    /// <summary>Resident bytes that a reader costs before it gets its first event.</summary>
    public double? IdleBytesPerConnection { get; init; }

    /// <summary>Resident bytes that a reader costs after the load.</summary>
    public double? LoadedBytesPerConnection { get; init; }

    /// <summary>Bytes on the wire for each event that came to a reader, with all that is around it.</summary>
    public double? BytesPerDelivery { get; init; }

    /// <summary>How often the server read from the broker's log; null where it has none that tells.</summary>
    public long? LogReads { get; init; }

    /// <summary>What the server allocated on its managed heap during the load; null where it has none.</summary>
    public long? AllocatedBytes { get; init; }

    public double? AllocatedBytesPerDelivery => Deliveries > 0 ? (double?)AllocatedBytes / Deliveries : null;

    /// <summary>Garbage collections during the load.</summary>
    public int? Collections { get; init; }

    /// <summary>Events that a reader should have had and had not, over all readers.</summary>
    public long Lost { get; init; }

    /// <summary>Events that came to a reader again or out of order, over all readers.</summary>
    public long Twice { get; init; }

    /// <summary>The repeats of each server together, case by case.</summary>
    public static IEnumerable<IReadOnlyList<Result>> Together(IEnumerable<Result> results) =>
        from result in results
        group result by result.Case into inCase
        from ofServer in inCase.GroupBy(result => result.Server)
        select (IReadOnlyList<Result>)[.. ofServer];
}
