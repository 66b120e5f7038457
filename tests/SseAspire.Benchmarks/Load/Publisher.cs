using SseAspire.Benchmarks.Servers;

namespace SseAspire.Benchmarks.Load;

/// <summary>Publishes numbered events to one server.</summary>
/// <param name="server">The server.</param>
/// <param name="write">Writes the data of the event of a number, and when it was due.</param>
internal sealed class Publisher(ServerProcess server, Func<int, long, string> write) : IDisposable
{
    private readonly PublishingConnection _connection = new(server.Address);
    private int _next;

    /// <summary>The number of the next event.</summary>
    public int Next => _next;

    /// <summary>
    /// Publishes at a steady rate. An event's latency counts from when it was due: a publication that the
    /// server holds up counts for those that wait behind it.
    /// </summary>
    public void PublishSteadily(int rate, int count, CancellationToken stop = default)
    {
        var interval = 1_000_000_000L / rate;
        var start = Payload.Now;
        for (var i = 0; i < count && !stop.IsCancellationRequested; i++)
        {
            var due = start + i * interval;
            WaitUntil(due);
            while (Payload.Now < due)
            {
                Thread.SpinWait(50);
            }

            Publish(_connection, 1, due);
        }
    }

    /// <summary>Publishes as fast as the server takes it.</summary>
    /// <returns>What the server answered last.</returns>
    public string PublishAtOnce(int count, int batch)
    {
        var answer = "";
        for (var left = count; left > 0; left -= batch)
        {
            answer = Publish(_connection, Math.Min(batch, left), Payload.Now);
        }

        return answer;
    }

    /// <summary>
    /// Publishes for a time over several connections, each of which waits for the answer to one publication before it
    /// sends the next. Between connections there is no order.
    /// </summary>
    /// <param name="connections">How many.</param>
    /// <param name="batch">Events a publication.</param>
    /// <param name="rate">Events a second of all of them together, or null for as fast as the server takes it.</param>
    /// <param name="time">How long.</param>
    public void PublishAbreast(int connections, int batch, double? rate, TimeSpan time)
    {
        var start = Payload.Now;
        var end = start + (long)time.TotalNanoseconds;
        var failures = new Exception?[connections];
        var threads = Enumerable.Range(0, connections).Select(i => new Thread(() => PublishInTurn(i))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        if (Array.Find(failures, failure => failure is not null) is { } failure)
        {
            throw new BenchmarkException(failure.Message);
        }

        void PublishInTurn(int connection)
        {
            try
            {
                using var own = new PublishingConnection(server.Address);
                for (long turn = connection; ; turn += connections)
                {
                    var due = rate is { } perSecond ? start + (long)(turn * batch / perSecond * 1e9) : Payload.Now;
                    if (due >= end)
                    {
                        return;
                    }

                    WaitUntil(due);
                    Publish(own, batch, due);
                }
            }
            catch (Exception e)
            {
                failures[connection] = e;
            }
        }
    }

    public void Dispose() => _connection.Dispose();

    private static void WaitUntil(long due)
    {
        var early = (int)((due - Payload.Now) / 1_000_000);
        if (early > 0)
        {
            Thread.Sleep(early);
        }
    }

    private string Publish(PublishingConnection connection, int count, long due)
    {
        var first = Interlocked.Add(ref _next, count) - count;
        return server.Publish(connection, [.. Enumerable.Range(first, count).Select(number => write(number, due))]);
    }
}
