using System.Diagnostics;
using HdrHistogram;
using SseAspire.Benchmarks.Load;
using SseAspire.Benchmarks.Report;
using SseAspire.Benchmarks.Servers;

namespace SseAspire.Benchmarks.Scenarios;

/// <summary>
/// One server under measurement with its readers: brings the readers up, then measures what a load costs. The
/// steps are the scenarios'; how each is done is the same for all of them.
/// </summary>
internal sealed class Trial(ServerProcess server, StreamRequest request, Func<int, long, string> write, bool inOrder) : IDisposable
{
    /// <summary>Events that go through before anything is measured, so that the code is compiled.</summary>
    private const int WarmUpEvents = 300;

    /// <summary>How long memory and threads are given to come to rest.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(2);

    private int _baseline;
    private long _baselineBytes;

    public ServerProcess Server { get; } = server;

    public ReaderFleet Readers { get; } = new(server.Address, request, inOrder);

    public Publisher Publisher { get; } = new(server, write);

    public static double? Milliseconds(HistogramBase histogram, double percentile) =>
        histogram.TotalCount == 0 ? null : histogram.GetValueAtPercentile(percentile) / 1e6;

    /// <summary>Connects the first readers, warms the server up with them, and takes its memory.</summary>
    public void ConnectBaseline(int count)
    {
        Connect(count);
        Publisher.PublishAtOnce(WarmUpEvents, batch: 1);
        Finish();
        Thread.Sleep(Rest);
        (_baseline, _baselineBytes) = (count, Server.ResidentBytes);
    }

    /// <summary>Connects the other readers.</summary>
    /// <returns>What each of them costs, in resident bytes.</returns>
    public double? ConnectAll(int count)
    {
        Connect(count);
        Thread.Sleep(Rest);
        return BytesPerConnection();
    }

    /// <summary>Publishes without measuring, as the load to come.</summary>
    public void WarmUp(Action<Publisher> load)
    {
        load(Publisher);
        Finish();
    }

    /// <summary>Publishes and measures until the last reader has the last event.</summary>
    public Result Measure(Action<Publisher> load)
    {
        Readers.Forget();
        var first = Publisher.Next;
        var received = Readers.ReceivedTotal;
        var (bytes, bytesEach) = (Readers.BytesTotal, Readers.BytesEach());
        var allocated = Server.Allocation;
        var ownCpu = Process.GetCurrentProcess().TotalProcessorTime;
        var cpu = Server.CpuTime;
        var started = Stopwatch.GetTimestamp();

        load(Publisher);
        var missing = Finish();

        var elapsed = Stopwatch.GetElapsedTime(started);
        var used = Server.CpuTime - cpu;
        var allocation = Server.Allocation - allocated;
        var deliveries = (long)((Readers.ReceivedTotal - received) / Readers.CheckedShare);
        return new Result
        {
            Readers = Readers.Count,
            Deliveries = deliveries,
            Seconds = elapsed.TotalSeconds,
            CpuUserSeconds = used.User.TotalSeconds,
            CpuSystemSeconds = used.System.TotalSeconds,
            GeneratorCpuSeconds = (Process.GetCurrentProcess().TotalProcessorTime - ownCpu).TotalSeconds,
            LatencyP50 = Milliseconds(Readers.Latency, 50),
            LatencyP99 = Milliseconds(Readers.Latency, 99),
            LatencyMax = Milliseconds(Readers.Latency, 100),
            AllocatedBytes = allocation?.Bytes,
            Collections = allocation?.Collections,
            LoadedBytesPerConnection = BytesPerConnection(),
            BytesPerDelivery = deliveries > 0 ? (double)(Readers.BytesTotal - bytes) / deliveries : null,
            Lost = Readers.Lost + missing + LostUnseen(Publisher.Next - first, bytesEach),
            Twice = Readers.Twice,
        };
    }

    public void Dispose()
    {
        Readers.Dispose();
        Publisher.Dispose();
    }

    private void Connect(int count)
    {
        Readers.Grow(count, Publisher.Next);
        Server.WaitFor(Readers);
    }

    private long Finish()
    {
        var missing = Readers.WaitFor(Publisher.Next);
        if (Readers.CheckedShare < 1)
        {
            Readers.WaitForSilence();
        }

        return missing;
    }

    /// <summary>What a reader costs now, in resident bytes: the baseline's readers and the server itself are taken off.</summary>
    private double? BytesPerConnection() => Readers.Count > _baseline && _baseline > 0
        ? (double)(Server.ResidentBytes - _baselineBytes) / (Readers.Count - _baseline)
        : null;

    /// <summary>
    /// How many events did not come to the readers that only count bytes: one that has had all of them has at least as
    /// many bytes as the leanest of those that were checked, but for what differs from stream to stream.
    /// </summary>
    private long LostUnseen(int events, (long[] Checked, long[] Others) before)
    {
        const double Differing = 0.95;
        var (isChecked, others) = Readers.BytesEach();
        if (others.Length == 0)
        {
            return 0;
        }

        var least = isChecked.Zip(before.Checked, (after, earlier) => after - earlier).Min();
        return others.Zip(before.Others, (after, earlier) => after - earlier)
            .Where(bytes => bytes < least * Differing)
            .Sum(bytes => (long)Math.Ceiling(events * (1 - (double)bytes / least)));
    }
}
