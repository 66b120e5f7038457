using System.Diagnostics;
using SseAspire.Benchmarks.Load;
using SseAspire.Benchmarks.Report;
using SseAspire.Benchmarks.Servers;

namespace SseAspire.Benchmarks.Scenarios;

/// <summary>
/// One server under measurement with its readers: brings the readers up, then measures what a load costs. The
/// steps are the scenarios'; how each is done is the same for all of them.
/// </summary>
internal sealed class Trial(ServerProcess server) : IDisposable
{
    /// <summary>Events that go through before anything is measured, so that the code is compiled.</summary>
    private const int WarmUpEvents = 300;

    /// <summary>How long memory and threads are given to come to rest.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(2);

    private readonly ReaderFleet _readers = new(server.Address, server.StreamPath);
    private readonly Publisher _publisher = new(server);
    private int _baseline;
    private long _baselineBytes;

    /// <summary>Connects the first readers, warms the server up with them, and takes its memory.</summary>
    public void ConnectBaseline(int count)
    {
        Connect(count);
        _publisher.PublishAtOnce(WarmUpEvents, batch: 1);
        Finish();
        Thread.Sleep(Rest);
        (_baseline, _baselineBytes) = (count, server.ResidentBytes);
    }

    /// <summary>Connects the other readers.</summary>
    /// <returns>What each of them costs, in resident bytes.</returns>
    public double ConnectAll(int count)
    {
        Connect(count);
        Thread.Sleep(Rest);
        return BytesPerConnection();
    }

    /// <summary>What a reader costs now, in resident bytes: the baseline's readers and the server itself are taken off.</summary>
    public double BytesPerConnection() => (double)(server.ResidentBytes - _baselineBytes) / (_readers.Count - _baseline);

    /// <summary>Publishes without measuring, as the load to come.</summary>
    public void WarmUp(Action<Publisher> load)
    {
        load(_publisher);
        Finish();
    }

    /// <summary>Publishes and measures until the last reader has the last event.</summary>
    public Result Measure(Action<Publisher> load)
    {
        _readers.ForgetLatency();
        var received = _readers.ReceivedTotal;
        var allocated = server.Allocation;
        var ownCpu = Process.GetCurrentProcess().TotalProcessorTime;
        var cpu = server.CpuTime;
        var started = Stopwatch.GetTimestamp();

        load(_publisher);
        var missing = Finish();

        var elapsed = Stopwatch.GetElapsedTime(started);
        var used = server.CpuTime - cpu;
        var deliveries = _readers.ReceivedTotal - received;
        var allocation = server.Allocation - allocated;
        return new Result
        {
            Readers = _readers.Count,
            Deliveries = deliveries,
            Seconds = elapsed.TotalSeconds,
            CpuUserSeconds = used.User.TotalSeconds,
            CpuSystemSeconds = used.System.TotalSeconds,
            GeneratorCpuSeconds = (Process.GetCurrentProcess().TotalProcessorTime - ownCpu).TotalSeconds,
            LatencyP50 = Milliseconds(50),
            LatencyP99 = Milliseconds(99),
            LatencyMax = Milliseconds(100),
            AllocatedBytes = allocation?.Bytes,
            Collections = allocation?.Collections,
            LoadedBytesPerConnection = BytesPerConnection(),
            Lost = _readers.Lost + missing,
            Twice = _readers.Twice,
        };
    }

    public void Dispose()
    {
        _readers.Dispose();
        _publisher.Dispose();
    }

    private void Connect(int count)
    {
        _readers.Grow(count, _publisher.Next);
        server.WaitFor(_readers);
    }

    private long Finish() => _readers.WaitFor(_publisher.Next);

    private double? Milliseconds(double percentile) =>
        _readers.Latency.TotalCount == 0 ? null : _readers.Latency.GetValueAtPercentile(percentile) / 1e6;
}
