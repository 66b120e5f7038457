using System.Globalization;

namespace SseAspire.Producer.Sources;

/// <summary>What was read from and written to all disks, in bytes, since the machine was started.</summary>
internal readonly record struct DiskTraffic(long ReadBytes, long WrittenBytes)
{
    // Whatever the disk's own: Documentation/admin-guide/iostats.rst of the kernel.
    private const int SectorBytes = 512;

    // Built upon other disks or upon memory: their traffic is the others', or none.
    private static readonly string[] NotDisks = ["loop", "ram", "zram", "dm-", "md", "sr", "fd"];

    /// <summary>Reads it; null where the platform does not give it.</summary>
    public static DiskTraffic? Read() =>
        OperatingSystem.IsLinux() && File.Exists("/proc/diskstats")
            ? ParseDiskStats(File.ReadLines("/proc/diskstats"), name => Directory.Exists($"/sys/block/{name}"))
            : null;

    /// <summary>Bytes a second since an earlier reading; null where a disk went away, because the sums then do not compare.</summary>
    public (long Read, long Written)? RateSince(DiskTraffic before, TimeSpan elapsed) =>
        ReadBytes >= before.ReadBytes && WrittenBytes >= before.WrittenBytes && elapsed > TimeSpan.Zero
            ? ((long)((ReadBytes - before.ReadBytes) / elapsed.TotalSeconds), (long)((WrittenBytes - before.WrittenBytes) / elapsed.TotalSeconds))
            : null;

    /// <summary>
    /// The lines of /proc/diskstats: <c>major minor name reads merged sectors-read ms writes merged
    /// sectors-written …</c>. Partitions have lines too, and would count twice what their disks count.
    /// </summary>
    internal static DiskTraffic? ParseDiskStats(IEnumerable<string> lines, Func<string, bool> isWhole)
    {
        DiskTraffic? all = null;
        foreach (var line in lines)
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length < 10
                || NotDisks.Any(prefix => fields[2].StartsWith(prefix, StringComparison.Ordinal))
                || !isWhole(fields[2]))
            {
                continue;
            }

            var sum = all ?? default;
            all = new DiskTraffic(sum.ReadBytes + Bytes(fields[5]), sum.WrittenBytes + Bytes(fields[9]));
        }

        return all;

        static long Bytes(string sectors) => long.Parse(sectors, CultureInfo.InvariantCulture) * SectorBytes;
    }
}
