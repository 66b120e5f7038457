using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using HdrHistogram;

namespace SseAspire.Benchmarks.Load;

/// <summary>The readers of one measurement, and what they have got together.</summary>
/// <param name="server">What they connect to.</param>
/// <param name="request">What they ask for.</param>
/// <param name="inOrder">Whether events are published one after the other, so that they must come in order.</param>
internal sealed class ReaderFleet(IPEndPoint server, StreamRequest request, bool inOrder = true) : IDisposable
{
    /// <summary>How many connect at a time: a server's queue of connections it has not accepted yet is short.</summary>
    private const int Connecting = 16;

    /// <summary>Of the readers of a compressed stream one in so many decompresses it, which costs more than reading; the others count bytes.</summary>
    private const int CheckedOfGzip = 10;

    /// <summary>What browsers wait before they come back where the server does not say.</summary>
    private static readonly TimeSpan UsualRetry = TimeSpan.FromSeconds(3);

    /// <summary>How long nothing may come while something is missing.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly byte[] _request = request.To(server);
    private readonly List<Reader> _readers = [];
    private LongConcurrentHistogram _latency = NewHistogram();
    private LongConcurrentHistogram _caughtUp = NewHistogram();

    public int Count => _readers.Count;

    /// <summary>How many have the header of their stream.</summary>
    public int Answered => _readers.Count(reader => reader.IsAnswered);

    /// <summary>Events that came to all the readers that look at them, together.</summary>
    public long ReceivedTotal => _readers.Sum(reader => reader.Received);

    /// <summary>Bytes that came to all the readers together.</summary>
    public long BytesTotal => _readers.Sum(reader => reader.Bytes);

    /// <summary>How many readers look at what comes, as a share of all.</summary>
    public double CheckedShare => Count == 0 ? 1 : (double)_readers.Count(reader => reader.IsChecked) / Count;

    public long Lost => _readers.Sum(reader => reader.Lost);

    public long Twice => _readers.Sum(reader => reader.Twice);

    /// <summary>From due to received, in nanoseconds, since <see cref="Forget"/>.</summary>
    public HistogramBase Latency => _latency;

    /// <summary>From the end of a reader's wait to when it had what it had missed, in nanoseconds.</summary>
    public HistogramBase CatchingUp => _caughtUp;

    /// <summary>Forgets what was measured so far.</summary>
    public void Forget() => (_latency, _caughtUp) = (NewHistogram(), NewHistogram());

    /// <summary>The bytes of each reader, first of those that look at what comes, then of the others.</summary>
    public (long[] Checked, long[] Others) BytesEach() =>
        ([.. _readers.Where(reader => reader.IsChecked).Select(reader => reader.Bytes)],
            [.. _readers.Where(reader => !reader.IsChecked).Select(reader => reader.Bytes)]);

    /// <summary>Opens more streams, until there are so many.</summary>
    /// <param name="count">How many there are to be.</param>
    /// <param name="next">The number of the event that must come to them first.</param>
    /// <exception cref="BenchmarkException">They cannot connect.</exception>
    public void Grow(int count, int next)
    {
        var added = Enumerable.Range(_readers.Count, count - _readers.Count)
            .Select(i => new Reader(this, next, inOrder, isChecked: !request.Gzip || i % CheckedOfGzip == 0)).ToArray();
        _readers.AddRange(added);
        try
        {
            Parallel.ForEach(
                added,
                new ParallelOptions { MaxDegreeOfParallelism = Connecting },
                Connect);
        }
        catch (AggregateException e) when (e.InnerException is SocketException refused)
        {
            throw new BenchmarkException($"{Answered} of {Count} readers are connected and no more can: {refused.Message}");
        }
    }

    /// <summary>Cuts all streams at once.</summary>
    public void Cut() => _readers.ForEach(reader => reader.Cut());

    /// <summary>
    /// Brings the readers back after they were cut, each when the time is over that the server told it to wait, and
    /// measures how long each takes from there until it has missed nothing.
    /// </summary>
    /// <param name="retries">What each of them was told.</param>
    /// <param name="cut">When they were cut.</param>
    /// <param name="lastEventId">What they had last.</param>
    /// <param name="next">The number after the last event that they missed.</param>
    public void ComeBack(IReadOnlyList<TimeSpan> retries, long cut, string lastEventId, int next)
    {
        var resume = (request with { LastEventId = lastEventId }).To(server);
        var back = _readers.Zip(retries, (reader, retry) => (Reader: reader, Due: cut + (long)retry.TotalNanoseconds))
            .OrderBy(each => each.Due).ToArray();
        var taken = -1;
        var threads = Enumerable.Range(0, Connecting).Select(_ => new Thread(ComeBackInTurn)).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        void ComeBackInTurn()
        {
            int i;
            while ((i = Interlocked.Increment(ref taken)) < back.Length)
            {
                var (reader, due) = back[i];
                var early = (int)((due - Payload.Now) / 1_000_000);
                if (early > 0)
                {
                    Thread.Sleep(early);
                }

                reader.CatchUp(due, next);
                reader.Connect(server, resume, request.Gzip);
            }
        }
    }

    /// <summary>What each reader was told to wait before it comes back.</summary>
    public IReadOnlyList<TimeSpan> Retries() => [.. _readers.Select(reader => reader.Retry ?? UsualRetry)];

    /// <summary>Waits until every reader that looks at them has the events before a number; what has not come then is lost.</summary>
    /// <param name="next">The number after the last event.</param>
    /// <returns>How many events are still missing.</returns>
    /// <exception cref="BenchmarkException">A stream has ended.</exception>
    public long WaitFor(int next)
    {
        var lastCame = Stopwatch.GetTimestamp();
        var lastMissing = long.MaxValue;
        while (true)
        {
            if (_readers.Find(reader => reader.Failure is not null) is { } failed)
            {
                throw new BenchmarkException(
                    $"{_readers.Count(reader => reader.Failure is not null)} of {Count} streams ended: {failed.Failure}.");
            }

            var missing = _readers.Where(reader => reader.IsChecked).Sum(reader => reader.Missing(next));
            if (missing < lastMissing)
            {
                (lastCame, lastMissing) = (Stopwatch.GetTimestamp(), missing);
            }

            if (missing == 0 || Stopwatch.GetElapsedTime(lastCame) > Patience)
            {
                return missing;
            }

            Thread.Sleep(1);
        }
    }

    /// <summary>Waits until nothing comes any more.</summary>
    public void WaitForSilence()
    {
        var silence = TimeSpan.FromMilliseconds(200);
        long bytes;
        do
        {
            bytes = BytesTotal;
            Thread.Sleep(silence);
        }
        while (BytesTotal > bytes);
    }

    public void Received(long latency) => _latency.RecordValue(Math.Max(1, latency));

    public void CaughtUp(long latency) => _caughtUp.RecordValue(Math.Max(1, latency));

    public void Dispose() => _readers.ForEach(reader => reader.Dispose());

    private void Connect(Reader reader)
    {
        if (request.Negotiation is not { } negotiation)
        {
            reader.Connect(server, _request, request.Gzip);
            return;
        }

        var path = negotiation.Begin();
        reader.Connect(server, (request with { Path = path }).To(server), request.Gzip);
        SpinWait.SpinUntil(() => reader.IsAnswered, Patience);
        negotiation.Complete(path);
    }

    /// <summary>Up to ten minutes, three digits.</summary>
    private static LongConcurrentHistogram NewHistogram() => new(1, 600_000_000_000, 3);
}
