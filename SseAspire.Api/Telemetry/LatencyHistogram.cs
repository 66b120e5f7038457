using System.Numerics;

namespace SseAspire.Api.Telemetry;

/// <summary>
/// Counts latencies in buckets that grow by a fourth, for the hub's own statistics. Any number of writers, no lock.
/// </summary>
internal sealed class LatencyHistogram
{
    /// <summary>From 1 µs on; four buckets to each doubling reach beyond an hour.</summary>
    private const int BucketsPerDoubling = 4;

    /// <summary>How many buckets there are.</summary>
    public const int Buckets = BucketsPerDoubling * 33;

    private readonly long[] _counts = new long[Buckets];

    /// <summary>Counts a latency, so often.</summary>
    public void Record(TimeSpan latency, int times = 1)
    {
        var microseconds = (ulong)Math.Max(1, latency.Ticks / TimeSpan.TicksPerMicrosecond);
        var doubling = BitOperations.Log2(microseconds);
        var quarter = doubling < 2 ? 0 : (int)(microseconds >> (doubling - 2)) & 3;
        Interlocked.Add(ref _counts[Math.Min(doubling * BucketsPerDoubling + quarter, _counts.Length - 1)], times);
    }

    /// <summary>The counts since the start.</summary>
    public long[] Snapshot()
    {
        var copy = new long[_counts.Length];
        for (var i = 0; i < copy.Length; i++)
        {
            copy[i] = Volatile.Read(ref _counts[i]);
        }

        return copy;
    }

    /// <summary>The latency that so large a share of the counts stays under, in seconds, or null where there are none.</summary>
    public static double? Percentile(ReadOnlySpan<long> counts, double share)
    {
        var total = 0L;
        foreach (var count in counts)
        {
            total += count;
        }

        if (total == 0)
        {
            return null;
        }

        var seen = 0L;
        for (var i = 0; i < counts.Length; i++)
        {
            seen += counts[i];
            if (seen >= share * total)
            {
                var (doubling, quarter) = Math.DivRem(i, BucketsPerDoubling);
                return Math.Pow(2, doubling) * (1 + (quarter + 1) / (double)BucketsPerDoubling) / 1e6;
            }
        }

        return null;
    }
}
