using System.Globalization;
using System.Runtime.InteropServices;

namespace SseAspire.Producer.Sources;

/// <summary>
/// How long all processors of the machine together have been busy, and how long they have been there,
/// since it was started. The unit is the platform's; only the ratio of two differences means something.
/// </summary>
internal readonly partial record struct CpuTime(ulong Busy, ulong Total)
{
    /// <summary>Reads it; null where the platform does not give it.</summary>
    public static CpuTime? Read() =>
        OperatingSystem.IsLinux() ? ParseProcStat(File.ReadLines("/proc/stat").First())
        : OperatingSystem.IsWindows() ? ReadWindows()
        : OperatingSystem.IsMacOS() ? ReadMacOS()
        : null;

    /// <summary>How busy the processors were from an earlier reading to this one, 0 to 100; null where no time has passed.</summary>
    public double? PercentSince(CpuTime before) =>
        // The kernel's counters may step back by a tick when processors go offline.
        Total > before.Total && Busy >= before.Busy
            ? Math.Round(Math.Min(100.0, 100.0 * (Busy - before.Busy) / (Total - before.Total)), 1)
            : null;

    /// <summary>The first line of /proc/stat: <c>cpu user nice system idle iowait irq softirq steal …</c>, proc_stat(5).</summary>
    internal static CpuTime ParseProcStat(string line)
    {
        var ticks = line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8)
            .Select(value => ulong.Parse(value, CultureInfo.InvariantCulture)).ToArray();
        // Waiting for a disk is idling. What follows the eighth, guest time, is counted in user already.
        var idle = ticks[3] + ticks[4];
        var total = ticks.Aggregate(0UL, (sum, value) => sum + value);
        return new CpuTime(total - idle, total);
    }

    private static CpuTime? ReadWindows() =>
        // Kernel time includes idle time.
        GetSystemTimes(out var idle, out var kernel, out var user)
            ? new CpuTime(kernel + user - idle, kernel + user)
            : null;

    private static CpuTime? ReadMacOS()
    {
        var ticks = new uint[4];
        var count = (uint)ticks.Length;
        // The order is user, system, idle, nice: CPU_STATE_* in mach/machine.h.
        return HostStatistics(MachHostSelf(), HostCpuLoadInfo, ticks, ref count) == 0
            ? new CpuTime((ulong)ticks[0] + ticks[1] + ticks[3], (ulong)ticks[0] + ticks[1] + ticks[2] + ticks[3])
            : null;
    }

    private const int HostCpuLoadInfo = 3;

    [LibraryImport("kernel32")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetSystemTimes(out ulong idle, out ulong kernel, out ulong user);

    [LibraryImport("libSystem", EntryPoint = "mach_host_self")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint MachHostSelf();

    [LibraryImport("libSystem", EntryPoint = "host_statistics")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int HostStatistics(uint host, int flavor, [Out] uint[] info, ref uint count);
}
