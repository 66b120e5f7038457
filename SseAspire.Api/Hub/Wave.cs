using SseAspire.Api.Telemetry;

namespace SseAspire.Api.Hub;

/// <summary>
/// Wakes the subscriptions that a batch is for, on several threads where they are many: each wake carries the
/// frames into a socket, so that the last of ten thousand readers would wait for as many writes.
/// </summary>
internal sealed class Wave : IThreadPoolWorkItem
{
    /// <summary>How many readers make it worth to wake one more thread.</summary>
    private const int WorthAThread = 1_000;

    /// <summary>How many subscriptions a thread takes at a time: few, so that all threads end together.</summary>
    private const int Share = 32;

    private readonly List<Subscription> _subscriptions;
    private readonly HubMetrics _metrics;

    // The list is used again for the next batch: a thread that comes late must not look at it.
    private readonly int _count;
    private int _taken;
    private int _woken;

    private Wave(List<Subscription> subscriptions, HubMetrics metrics) =>
        (_subscriptions, _count, _metrics) = (subscriptions, subscriptions.Count, metrics);

    /// <summary>Wakes all of them, on this thread and as many others as pay. Returns when all are woken.</summary>
    public static void Wake(List<Subscription> subscriptions, HubMetrics metrics)
    {
        var wave = new Wave(subscriptions, metrics);
        for (var threads = Math.Min(Environment.ProcessorCount, wave._count / WorthAThread); threads > 1; threads--)
        {
            ThreadPool.UnsafeQueueUserWorkItem(wave, preferLocal: false);
        }

        wave.Execute();

        // Nothing is left to take, so what is missing is under way on another thread: a few writes to sockets.
        var spinner = new SpinWait();
        while (Volatile.Read(ref wave._woken) < wave._count)
        {
            spinner.SpinOnce();
        }
    }

    /// <summary>Takes shares until nothing is left. A pool that is busy comes late or never, which only costs time.</summary>
    public void Execute()
    {
        var tally = new DeliveryTally(_metrics);
        int from;
        while ((from = Interlocked.Add(ref _taken, Share) - Share) < _count)
        {
            var to = Math.Min(from + Share, _count);
            for (var i = from; i < to; i++)
            {
                _subscriptions[i].Wake(ref tally);
            }

            tally.Tell();
            Interlocked.Add(ref _woken, to - from);
        }
    }
}
