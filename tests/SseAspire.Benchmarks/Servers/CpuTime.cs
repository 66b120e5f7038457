namespace SseAspire.Benchmarks.Servers;

/// <summary>Processor time of a process.</summary>
internal readonly record struct CpuTime(TimeSpan User, TimeSpan System)
{
    public double TotalSeconds => (User + System).TotalSeconds;

    public static CpuTime operator -(CpuTime after, CpuTime before) => new(after.User - before.User, after.System - before.System);
}
