using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.Options;
using SseAspire.Broker;

namespace SseAspire.Producer.Sources;

/// <summary>What this machine does now, once a second: topic <c>status/host</c>, type <c>host</c>.</summary>
/// <remarks>
/// Network and room on disk come from the class library. CPU, memory and disk traffic are read from the
/// platform, because no kept library gives them for a machine.
/// Microsoft.Extensions.Diagnostics.ResourceMonitoring (10.11) answers another question: on Linux it
/// gives the control group's CPU and memory, which is a container's share and only by chance the
/// machine's; on Windows this process's own; on macOS nothing. Its disk counters are read every ten
/// seconds at most and count partitions and their disks twice, and its direct interface is obsolete.
/// </remarks>
internal sealed partial class HostSource(IOptions<HostSourceOptions> options, TimeProvider time, ILogger<HostSource> logger) : IEventSource
{
    private readonly HashSet<string> _absent = [];

    public string Name => "host";

    public bool Enabled => options.Value.Enabled;

    public SourceKind Kind => SourceKind.State;

    public async IAsyncEnumerable<Event> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Rates need two readings, so the first event comes after one interval and has them all.
        var before = Read();
        using var timer = new PeriodicTimer(options.Value.Interval, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            var now = Read();
            yield return new Event
            {
                Topics = ["status/host"],
                Type = "host",
                At = time.GetUtcNow(),
                Data = JsonSerializer.SerializeToUtf8Bytes(Compare(before, now), HostJson.Default.HostState),
            };
            before = now;
        }
    }

    private HostState Compare(Reading before, Reading now)
    {
        var elapsed = time.GetElapsedTime(before.Timestamp, now.Timestamp);
        var cpu = before.Cpu is { } cpuBefore ? now.Cpu?.PercentSince(cpuBefore) : null;
        var network = before.Network is { } networkBefore ? now.Network?.RateSince(networkBefore, elapsed) : null;
        var disk = before.Disk is { } diskBefore ? now.Disk?.RateSince(diskBefore, elapsed) : null;
        return new HostState(
            Environment.MachineName,
            cpu is { } percent ? new CpuState(percent) : null,
            now.Memory?.ToState(),
            network,
            now.Space is null && disk is null
                ? null
                : new DiskState(now.Space?.FreeBytes, now.Space?.TotalBytes, disk?.Read, disk?.Written));
    }

    private Reading Read() => new(
        time.GetTimestamp(),
        TryRead("cpu", CpuTime.Read),
        TryRead("memory", PhysicalMemory.Read),
        TryRead("network", NetworkTraffic.Read),
        TryRead("disk traffic", DiskTraffic.Read),
        TryRead("disk space", DiskSpace.Read));

    /// <summary>A figure that cannot be read here, for whatever reason, is absent; the others are published all the same.</summary>
    private T? TryRead<T>(string figure, Func<T?> read)
        where T : struct
    {
        try
        {
            return read();
        }
        catch (Exception e)
        {
            if (_absent.Add(figure))
            {
                FigureAbsent(figure, e.Message);
            }

            return null;
        }
    }

    [LoggerMessage(LogLevel.Warning, "The figure '{Figure}' cannot be read on this machine and will be absent: {Reason}")]
    private partial void FigureAbsent(string figure, string reason);

    private readonly record struct Reading(
        long Timestamp, CpuTime? Cpu, PhysicalMemory? Memory, NetworkTraffic? Network, DiskTraffic? Disk, DiskSpace? Space);
}
