using System.Text.Json.Serialization;

namespace SseAspire.Producer.Sources;

/// <summary>What a machine does now. A figure that the platform does not give is absent, never zero.</summary>
/// <param name="Host">The machine's name.</param>
/// <param name="Cpu">Its processors.</param>
/// <param name="Memory">Its physical memory.</param>
/// <param name="Network">All its network interfaces but the loopback.</param>
/// <param name="Disk">The disks: room on the one the producer runs from, traffic of all.</param>
internal sealed record HostState(string Host, CpuState? Cpu, MemoryState? Memory, NetworkState? Network, DiskState? Disk);

/// <param name="Percent">0 to 100: how busy all processors together were since the reading before.</param>
internal sealed record CpuState(double Percent);

/// <param name="Percent">0 to 100: used of total.</param>
/// <param name="UsedBytes">What programs could not get without swapping.</param>
/// <param name="TotalBytes">Physical memory.</param>
internal sealed record MemoryState(double Percent, long UsedBytes, long TotalBytes);

/// <param name="ReceivedBytesPerSecond">Since the reading before.</param>
/// <param name="SentBytesPerSecond">Since the reading before.</param>
internal sealed record NetworkState(long ReceivedBytesPerSecond, long SentBytesPerSecond);

/// <param name="FreeBytes">What the producer's user may still write.</param>
/// <param name="TotalBytes">The size of that disk.</param>
/// <param name="ReadBytesPerSecond">Since the reading before.</param>
/// <param name="WrittenBytesPerSecond">Since the reading before.</param>
internal sealed record DiskState(long? FreeBytes, long? TotalBytes, long? ReadBytesPerSecond, long? WrittenBytesPerSecond);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(HostState))]
internal sealed partial class HostJson : JsonSerializerContext;
