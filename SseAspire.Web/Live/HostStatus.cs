namespace SseAspire.Web.Live;

/// <summary>What the producer's machine does; a figure that its platform does not give is null.</summary>
internal sealed record HostStatus(
    CpuStatus? Cpu, MemoryStatus? Memory, NetworkStatus? Network, DiskStatus? Disk, string? Host)
{
    /// <summary>The longest name that a page shows.</summary>
    private const int MaxHost = 100;

    /// <summary>The status as a page shows it.</summary>
    public HostStatus Shortened() => this with { Host = ShortText.Of(Host, MaxHost) };
}

/// <param name="Percent">0 to 100, of all cores together.</param>
internal sealed record CpuStatus(double? Percent);

/// <param name="Percent">0 to 100.</param>
/// <param name="UsedBytes">In use.</param>
/// <param name="TotalBytes">There is in all.</param>
internal sealed record MemoryStatus(double? Percent, double? UsedBytes, double? TotalBytes);

/// <param name="ReceivedBytesPerSecond">Over all interfaces.</param>
/// <param name="SentBytesPerSecond">Over all interfaces.</param>
internal sealed record NetworkStatus(double? ReceivedBytesPerSecond, double? SentBytesPerSecond);

/// <param name="FreeBytes">Left on the disk that the producer runs from.</param>
/// <param name="TotalBytes">Its size.</param>
internal sealed record DiskStatus(double? FreeBytes, double? TotalBytes);
