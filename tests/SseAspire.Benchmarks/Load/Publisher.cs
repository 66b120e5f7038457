using System.Diagnostics;
using SseAspire.Benchmarks.Servers;

namespace SseAspire.Benchmarks.Load;

/// <summary>Publishes numbered events to one server, one publication after the other.</summary>
internal sealed class Publisher(ServerProcess server) : IDisposable
{
    private readonly PublishingConnection _connection = new(server.Address);

    /// <summary>The number of the next event.</summary>
    public int Next { get; private set; }

    /// <summary>
    /// Publishes at a steady rate. An event's latency counts from when it was due: a publication that the
    /// server holds up counts for those that wait behind it.
    /// </summary>
    public void PublishSteadily(int rate, int count)
    {
        var interval = 1_000_000_000L / rate;
        var start = Payload.Now;
        for (var i = 0; i < count; i++)
        {
            var due = start + i * interval;
            var early = (int)((due - Payload.Now) / 1_000_000);
            if (early > 0)
            {
                Thread.Sleep(early);
            }

            while (Payload.Now < due)
            {
                Thread.SpinWait(50);
            }

            server.Publish(_connection, [Payload.Write(Next, due)]);
            Next++;
        }
    }

    /// <summary>Publishes as fast as the server takes it.</summary>
    /// <returns>How long it took.</returns>
    public TimeSpan PublishAtOnce(int count, int batch)
    {
        var started = Stopwatch.GetTimestamp();
        for (var left = count; left > 0; left -= batch)
        {
            var now = Payload.Now;
            var events = Enumerable.Range(Next, Math.Min(batch, left)).Select(number => Payload.Write(number, now)).ToArray();
            server.Publish(_connection, events);
            Next += events.Length;
        }

        return Stopwatch.GetElapsedTime(started);
    }

    public void Dispose() => _connection.Dispose();
}
