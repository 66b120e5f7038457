namespace SseAspire.Api.Metering;

/// <summary>What all replicas have counted.</summary>
/// <param name="Meters">What was counted under each meter.</param>
/// <param name="CpuSeconds">The processor time, user and system, that the processes of all replicas have taken.</param>
/// <param name="Replicas">How many replicas there are.</param>
internal sealed record MeterReading(IReadOnlyDictionary<string, MeterCounts> Meters, double CpuSeconds, int Replicas);
