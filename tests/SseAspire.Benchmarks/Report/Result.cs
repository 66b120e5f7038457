using System.Globalization;
using SseAspire.Benchmarks.Servers;

namespace SseAspire.Benchmarks.Report;

/// <summary>What one measurement of one server found. Seconds and milliseconds as named, bytes elsewhere.</summary>
internal sealed record Result
{
    public ServerKind Server { get; init; }

    public int Repeat { get; init; }

    public int Readers { get; init; }

    /// <summary>Events that came to readers: each reader counts.</summary>
    public long Deliveries { get; init; }

    public double Seconds { get; init; }

    /// <summary>Processor time of the server's process alone: neither the broker's nor the load's.</summary>
    public double CpuUserSeconds { get; init; }

    public double CpuSystemSeconds { get; init; }

    public double CpuSeconds => CpuUserSeconds + CpuSystemSeconds;

    public double DeliveriesPerCpuSecond => CpuSeconds > 0 ? Deliveries / CpuSeconds : 0;

    /// <summary>Processor time of the load: publisher and readers.</summary>
    public double GeneratorCpuSeconds { get; init; }

    /// <summary>From due to received, in milliseconds; null where nothing was published.</summary>
    public double? LatencyP50 { get; init; }

    public double? LatencyP99 { get; init; }

    public double? LatencyMax { get; init; }

    /// <summary>Resident bytes that a reader costs before it gets its first event.</summary>
    public double IdleBytesPerConnection { get; init; }

    /// <summary>Resident bytes that a reader costs after the load.</summary>
    public double LoadedBytesPerConnection { get; init; }

    /// <summary>What the server allocated on its managed heap during the load; null where it has none.</summary>
    public long? AllocatedBytes { get; init; }

    public double? AllocatedBytesPerDelivery => Deliveries > 0 ? (double?)AllocatedBytes / Deliveries : null;

    /// <summary>Garbage collections during the load.</summary>
    public int? Collections { get; init; }

    /// <summary>Events that a reader should have had and had not, over all readers.</summary>
    public long Lost { get; init; }

    /// <summary>Events that came to a reader again or out of order, over all readers.</summary>
    public long Twice { get; init; }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Server,-5} {Deliveries} deliveries, {CpuSeconds:F2} CPU s (user {CpuUserSeconds:F2}, system {CpuSystemSeconds:F2}), {DeliveriesPerCpuSecond:F0} per CPU s, p99 {LatencyP99:F1} ms, {(AllocatedBytesPerDelivery is { } each ? $"{each:F1} B allocated each, " : "")}load {GeneratorCpuSeconds:F2} CPU s in {Seconds:F2} s");
}
