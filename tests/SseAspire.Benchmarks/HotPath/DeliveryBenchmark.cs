using BenchmarkDotNet.Attributes;

namespace SseAspire.Benchmarks.HotPath;

/// <summary>The hub's hot path: an event on its way from the log's tail to the far end of every reader's connection.</summary>
[MemoryDiagnoser]
public class DeliveryBenchmark
{
    /// <summary>So many to the most readers that what the rest of the process allocates meanwhile is little to it.</summary>
    private const int Deliveries = 150_000;

    private const int MostEvents = 1_000;

    private HubInProcess _hub = null!;
    private HeadReader[] _readers = null!;

    /// <summary>What <see cref="Readers"/> is next: set before a run, since it comes from the command line.</summary>
    public static IReadOnlyList<int> Counts { get; set; } = [];

    /// <summary>
    /// How many events an operation has: as many with one reader as with many, because what the hub keeps of them grows
    /// by leaps.
    /// </summary>
    public static int Events => Math.Min(Deliveries / Counts.Max(), MostEvents);

    /// <summary>How many readers are connected.</summary>
    [ParamsSource(nameof(Counts))]
    public int Readers { get; set; }

    /// <summary>How they are reached.</summary>
    [ParamsAllValues]
    public DeliveryPath Path { get; set; }

    /// <summary>Starts the hub and connects the readers.</summary>
    [GlobalSetup]
    public async Task ConnectAsync()
    {
        _hub = await HubInProcess.StartAsync(Path);
        _readers = [.. Enumerable.Range(0, Readers).Select(_ => new HeadReader(_hub.Address, Path))];
    }

    /// <summary>Publishes one event after the other, each when every reader has the one before and so is at the head.</summary>
    [Benchmark]
    public void Deliver()
    {
        for (var events = Events; events > 0; events--)
        {
            _hub.Publish();
            foreach (var reader in _readers)
            {
                reader.WaitForEvent();
            }
        }
    }

    /// <summary>Cuts the readers and stops the hub.</summary>
    [GlobalCleanup]
    public async Task StopAsync()
    {
        Array.ForEach(_readers, reader => reader.Dispose());
        await _hub.DisposeAsync();
    }
}
