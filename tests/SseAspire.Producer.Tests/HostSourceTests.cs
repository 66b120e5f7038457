using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using SseAspire.Producer.Sources;

namespace SseAspire.Producer.Tests;

public sealed class HostSourceTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 30_000)]
    public async Task The_first_event_already_has_every_figure_of_this_machine()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux gives every figure.");
        var source = new HostSource(
            Options.Create(new HostSourceOptions { Interval = TimeSpan.FromMilliseconds(500) }), TimeProvider.System, NullLogger<HostSource>.Instance);

        var first = await source.ReadAsync(Cancelled).FirstAsync(Cancelled);

        Assert.Equal(["status/host"], first.Topics);
        Assert.Equal("host", first.Type);
        var state = JsonSerializer.Deserialize(first.Data.Span, HostJson.Default.HostState)!;
        Assert.Equal(Environment.MachineName, state.Host);
        Assert.InRange(state.Cpu!.Percent, 0, 100);
        Assert.InRange(state.Memory!.UsedBytes, 1, state.Memory.TotalBytes - 1);
        Assert.Equal(100.0 * state.Memory.UsedBytes / state.Memory.TotalBytes, state.Memory.Percent, 0.1);
        Assert.True(state.Network is { ReceivedBytesPerSecond: >= 0, SentBytesPerSecond: >= 0 });
        Assert.InRange(state.Disk!.FreeBytes!.Value, 1, state.Disk.TotalBytes!.Value - 1);
        Assert.True(state.Disk is { ReadBytesPerSecond: >= 0, WrittenBytesPerSecond: >= 0 });
    }

    [Fact(Timeout = 60_000)]
    public async Task The_processors_are_busy_when_they_are_kept_busy()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsWindows() || OperatingSystem.IsMacOS(), "No figure here.");
        using var enough = new CancellationTokenSource();
        var before = CpuTime.Read()!.Value;
        var busy = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Factory.StartNew(
            () =>
            {
                while (!enough.IsCancellationRequested)
                {
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        await Task.Delay(1_500, Cancelled);
        var percent = CpuTime.Read()!.Value.PercentSince(before);
        await enough.CancelAsync();
        await Task.WhenAll(busy);

        Assert.InRange(percent!.Value, 70, 100);
    }

    [Fact]
    public void A_figure_that_the_platform_does_not_give_is_absent() =>
        Assert.Equal(
            """{"host":"h","disk":{"freeBytes":1,"totalBytes":2}}""",
            JsonSerializer.Serialize(new HostState("h", null, null, null, new DiskState(1, 2, null, null)), HostJson.Default.HostState));

    [Fact]
    public void Idle_time_and_waiting_for_disks_are_not_busy_and_guests_count_once()
    {
        var before = CpuTime.ParseProcStat("cpu  100 0 100 700 100 0 0 0 0 0");
        var now = CpuTime.ParseProcStat("cpu  150 10 120 760 140 5 5 10 40 10");

        Assert.Equal(50, now.PercentSince(before));
        Assert.Null(before.PercentSince(before));
    }

    [Fact]
    public void Memory_that_the_kernel_can_take_back_is_not_used()
    {
        string[] lines = ["MemTotal:       24682416 kB", "MemFree:          100000 kB", "MemAvailable:   12341208 kB", "Buffers: 1 kB"];

        Assert.Equal(new MemoryState(50, 12341208L * 1024, 24682416L * 1024), PhysicalMemory.ParseMemInfo(lines)!.Value.ToState());
        Assert.Null(PhysicalMemory.ParseMemInfo(lines.Where(line => !line.StartsWith("MemAvailable", StringComparison.Ordinal))));
    }

    [Fact]
    public void Partitions_and_disks_that_are_made_of_others_are_not_counted_beside_their_disks()
    {
        string[] lines =
        [
            "   7       0 loop0 1 0 100 0 1 0 100 0 0 0 0",
            "   8       0 sda 10 0 1000 5 20 0 2000 5 0 0 0 0 0 0 0 0 0",
            "   8       1 sda1 10 0 1000 5 20 0 2000 5 0 0 0 0 0 0 0 0 0",
            " 253       0 dm-0 10 0 1000 5 20 0 2000 5 0 0 0 0 0 0 0 0 0",
            " 259       0 nvme0n1 1 0 8 5 2 0 16 5 0 0 0 0 0 0 0 0 0",
        ];

        var traffic = DiskTraffic.ParseDiskStats(lines, name => name is "loop0" or "sda" or "dm-0" or "nvme0n1");

        Assert.Equal(new DiskTraffic(1008 * 512, 2016 * 512), traffic);
        Assert.Equal((512, 1024), traffic!.Value.RateSince(new DiskTraffic(1006 * 512, 2012 * 512), TimeSpan.FromSeconds(2)));
        Assert.Null(DiskTraffic.ParseDiskStats(lines, _ => false));
    }
}
