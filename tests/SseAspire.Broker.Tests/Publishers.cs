using System.Collections.Concurrent;

namespace SseAspire.Broker.Tests;

/// <summary>
/// Publishers who append one event after another, each its own numbers, until they are told to stop. One
/// whose append fails goes on with the next number.
/// </summary>
internal sealed class Publishers
{
    private readonly ConcurrentQueue<(EventId Id, string Text)> _acknowledged = new();
    private readonly List<Task> _running;
    private volatile bool _isStopped;
    private int _failed;

    public Publishers(EventLog log, int count)
    {
        _running = [.. Enumerable.Range(0, count).Select(publisher => Task.Run(async () =>
        {
            for (var number = 0; !_isStopped; number++)
            {
                try
                {
                    var text = $"{publisher}:{number}";
                    _acknowledged.Enqueue((await log.AppendAsync(Sample.Event(text)), text));
                }
                catch (BrokerUnavailableException)
                {
                    Interlocked.Increment(ref _failed);
                }
            }
        }))];
    }

    /// <summary>What the log promised to have, as it was promised.</summary>
    public IReadOnlyCollection<(EventId Id, string Text)> Acknowledged => _acknowledged;

    /// <summary>Appends that failed: they may or may not be in the log.</summary>
    public int Failed => _failed;

    /// <summary>Waits until that many more appends were acknowledged than now.</summary>
    public async Task ProgressAsync(int appends, CancellationToken cancellationToken)
    {
        for (var goal = _acknowledged.Count + appends; _acknowledged.Count < goal;)
        {
            await Task.Delay(10, cancellationToken);
        }
    }

    public Task StopAsync()
    {
        _isStopped = true;
        return Task.WhenAll(_running);
    }
}
