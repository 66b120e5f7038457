using System.Globalization;
using System.Runtime.InteropServices;

namespace SseAspire.Producer.Sources;

/// <summary>The machine's physical memory, in bytes. Available is what programs can get without swapping.</summary>
internal readonly partial record struct PhysicalMemory(long AvailableBytes, long TotalBytes)
{
    /// <summary>Reads it; null where the platform does not give it.</summary>
    public static PhysicalMemory? Read() =>
        OperatingSystem.IsLinux() ? ParseMemInfo(File.ReadLines("/proc/meminfo"))
        : OperatingSystem.IsWindows() ? ReadWindows()
        : null;

    public MemoryState ToState() =>
        new(Math.Round(100.0 * (TotalBytes - AvailableBytes) / TotalBytes, 1), TotalBytes - AvailableBytes, TotalBytes);

    /// <summary>The lines of /proc/meminfo, such as <c>MemTotal:  24682416 kB</c>, proc_meminfo(5).</summary>
    internal static PhysicalMemory? ParseMemInfo(IEnumerable<string> lines)
    {
        long? total = null, available = null;
        foreach (var line in lines)
        {
            if (line.StartsWith("MemTotal:", StringComparison.Ordinal))
            {
                total = Bytes(line);
            }
            // Kernels before 3.14 do not tell; then there is no honest figure.
            else if (line.StartsWith("MemAvailable:", StringComparison.Ordinal))
            {
                available = Bytes(line);
                break;
            }
        }

        return total is { } size and > 0 && available is { } rest ? new PhysicalMemory(rest, size) : null;

        static long Bytes(string line) =>
            long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }

    private static PhysicalMemory? ReadWindows()
    {
        var status = new MemoryStatus { Length = (uint)Marshal.SizeOf<MemoryStatus>() };
        return GlobalMemoryStatusEx(ref status)
            ? new PhysicalMemory((long)status.AvailablePhysical, (long)status.TotalPhysical)
            : null;
    }

    [LibraryImport("kernel32")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GlobalMemoryStatusEx(ref MemoryStatus status);

    /// <summary>MEMORYSTATUSEX of sysinfoapi.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct MemoryStatus
    {
        public uint Length;
        public uint LoadPercent;
        public ulong TotalPhysical;
        public ulong AvailablePhysical;
        public ulong TotalPageFile;
        public ulong AvailablePageFile;
        public ulong TotalVirtual;
        public ulong AvailableVirtual;
        public ulong AvailableExtendedVirtual;
    }
}
