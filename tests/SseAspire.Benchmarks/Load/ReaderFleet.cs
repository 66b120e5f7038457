using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using HdrHistogram;

namespace SseAspire.Benchmarks.Load;

/// <summary>The readers of one measurement, and what they have got together.</summary>
internal sealed class ReaderFleet(IPEndPoint server, string path) : IDisposable
{
    /// <summary>How many connect at a time: a server's queue of connections it has not accepted yet is short.</summary>
    private const int Connecting = 16;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly byte[] _request = Encoding.ASCII.GetBytes(
        $"GET {path} HTTP/1.1\r\nHost: {server}\r\nAccept: text/event-stream\r\n\r\n");

    private readonly List<Reader> _readers = [];
    private LongConcurrentHistogram _latency = NewHistogram();

    public int Count => _readers.Count;

    /// <summary>How many have the header of their stream.</summary>
    public int Answered => _readers.Count(reader => reader.IsAnswered);

    /// <summary>Events that came to all the readers together.</summary>
    public long ReceivedTotal => _readers.Sum(reader => reader.Received);

    public long Lost => _readers.Sum(reader => reader.Lost);

    public long Twice => _readers.Sum(reader => reader.Twice);

    /// <summary>From due to received, in nanoseconds, since <see cref="ForgetLatency"/>.</summary>
    public HistogramBase Latency => _latency;

    public void ForgetLatency() => _latency = NewHistogram();

    /// <summary>Opens more streams, until there are so many.</summary>
    /// <param name="count">How many there are to be.</param>
    /// <param name="next">The number of the event that must come to them first.</param>
    /// <exception cref="BenchmarkException">They cannot connect.</exception>
    public void Grow(int count, int next)
    {
        var added = new Reader[count - _readers.Count];
        try
        {
            Parallel.For(0, added.Length, new ParallelOptions { MaxDegreeOfParallelism = Connecting }, i =>
                added[i] = new Reader(this, server, _request, next));
        }
        catch (AggregateException e) when (e.InnerException is SocketException refused)
        {
            throw new BenchmarkException($"Reader {_readers.Count + added.Count(reader => reader is not null)} of {count} cannot connect: {refused.Message}");
        }
        finally
        {
            _readers.AddRange(added.Where(reader => reader is not null));
        }
    }

    /// <summary>Waits until every reader has come to an event; what has not come then is lost.</summary>
    /// <param name="next">The number after the event's.</param>
    /// <returns>How many events are still missing.</returns>
    /// <exception cref="BenchmarkException">A stream has ended.</exception>
    public long WaitFor(int next)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            if (_readers.Find(reader => reader.Failure is not null) is { } failed)
            {
                throw new BenchmarkException(
                    $"{_readers.Count(reader => reader.Failure is not null)} of {Count} streams ended: {failed.Failure}.");
            }

            var missing = _readers.Sum(reader => (long)(next - reader.Next));
            if (missing == 0 || Stopwatch.GetElapsedTime(started) > Patience)
            {
                return missing;
            }

            Thread.Sleep(1);
        }
    }

    public void Received(long latency) => _latency.RecordValue(Math.Max(1, latency));

    public void Dispose() => _readers.ForEach(reader => reader.Dispose());

    /// <summary>Up to ten minutes, three digits.</summary>
    private static LongConcurrentHistogram NewHistogram() => new(1, 600_000_000_000, 3);
}
