using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using SseAspire.Testing;

namespace SseAspire.Api.Tests;

/// <summary>
/// A reader that does as <c>EventSource</c> does: whenever its stream ends or breaks it waits for as long as it was
/// told to and comes back.
/// </summary>
internal sealed class ReturningReader(Uri address, string topic, ConcurrentQueue<long> reconnects) : IDisposable
{
    private readonly SseReader _reader = new(address, $"topic={topic}");

    /// <summary>The numbers it was given, in order.</summary>
    public List<int> Numbers { get; } = [];

    /// <summary>The gaps it was told of.</summary>
    public List<SseFrame> Gaps { get; } = [];

    /// <summary>Whether it has been told where it starts: from then on it may miss nothing.</summary>
    public bool HasStarted => _reader.LastEventId.Length > 0;

    /// <summary>Reads until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                try
                {
                    await _reader.ReadAsync(Take, cancellationToken: stop);
                }
                catch (Exception e) when (e is HttpRequestException or IOException)
                {
                    // Its replica is gone.
                }

                await Task.Delay(_reader.Retry ?? TimeSpan.FromSeconds(3), stop);
                reconnects.Enqueue(Stopwatch.GetTimestamp());
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }

    public void Dispose() => _reader.Dispose();

    private void Take(SseFrame frame)
    {
        if (frame.Type == "gap")
        {
            Gaps.Add(frame);
        }
        else
        {
            Numbers.Add(int.Parse(frame.Data, CultureInfo.InvariantCulture));
        }
    }
}
