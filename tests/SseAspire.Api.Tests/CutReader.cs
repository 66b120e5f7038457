using System.Globalization;
using SseAspire.Testing;

namespace SseAspire.Api.Tests;

/// <summary>A reader that cuts its own connection at random bytes, a given number of times, and resumes at a random replica.</summary>
internal sealed class CutReader(string topic, int seed, int cuts, int meanBytes, IReadOnlyList<ServiceProcess> replicas) : IDisposable
{
    private readonly Random _random = new(seed);
    private readonly SseReader _reader = new(replicas[0].Address, $"topic={topic}");

    /// <summary>The numbers it was given, in order.</summary>
    public List<int> Numbers { get; } = [];

    /// <summary>The gaps it was told of.</summary>
    public List<SseFrame> Gaps { get; } = [];

    /// <summary>How often it cut itself.</summary>
    public int Cuts { get; private set; }

    /// <summary>Whether it has been told where it starts: from then on it may miss nothing.</summary>
    public bool HasStarted => _reader.LastEventId.Length > 0;

    /// <summary>Reads until it has so many numbers.</summary>
    public async Task RunAsync(Func<CutReader, bool> isDone, CancellationToken cancellationToken)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        while (!isDone(this))
        {
            _reader.Address = replicas[_random.Next(replicas.Count)].Address;
            var maxBytes = Cuts < cuts ? _random.Next(1, meanBytes * 2) : long.MaxValue;
            try
            {
                await _reader.ReadAsync(
                    frame =>
                    {
                        Take(frame);
                        if (isDone(this))
                        {
                            done.Cancel();
                        }
                    },
                    maxBytes,
                    done.Token);
                Cuts++;
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                // The replica is away.
                await Task.Delay(50, cancellationToken);
            }
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
