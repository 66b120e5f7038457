using System.Globalization;
using SseAspire.Testing;

namespace SseAspire.Api.Tests;

/// <summary>How a reader of the soak behaves.</summary>
internal enum SoakKind
{
    /// <summary>It cuts its connection at random bytes.</summary>
    Cut,

    /// <summary>It stops reading for seconds.</summary>
    Stall,

    /// <summary>It goes, stays away for seconds, and comes back.</summary>
    ComeAndGo,
}

/// <summary>A reader of numbered events that misbehaves for as long as it is let, and resumes each time at a random replica.</summary>
internal sealed class SoakReader(string topic, int seed, SoakKind kind, IReadOnlyList<ServiceProcess> replicas)
{
    private readonly Random _random = new(seed);

    /// <summary>The number that must come next.</summary>
    public int Next { get; private set; }

    /// <summary>How many streams it has opened.</summary>
    public int Streams { get; private set; }

    /// <summary>What came instead of the next number, if anything ever did.</summary>
    public string? Fault { get; private set; }

    /// <summary>Reads until it is told to end.</summary>
    public async Task RunAsync(CancellationToken end)
    {
        using var reader = new SseReader(
            replicas[0].Address,
            $"topic={topic}&lastEventId=earliest",
            takesGzip: _random.Next(2) == 0,
            receiveBuffer: kind == SoakKind.Stall ? 8 * 1024 : null);
        while (!end.IsCancellationRequested)
        {
            reader.Address = replicas[_random.Next(replicas.Count)].Address;
            Streams++;
            using var left = CancellationTokenSource.CreateLinkedTokenSource(end);
            try
            {
                if (kind == SoakKind.ComeAndGo)
                {
                    left.CancelAfter(_random.Next(100, 5_000));
                }

                await reader.ReadAsync(Take, kind == SoakKind.Cut ? _random.Next(1, 1 << 20) : long.MaxValue, left.Token);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException or OperationCanceledException)
            {
                // Dropped, or left.
            }

            await Task.Delay(_random.Next(kind == SoakKind.ComeAndGo ? 3_000 : 100), CancellationToken.None);
        }
    }

    private void Take(SseFrame frame)
    {
        var number = frame.Type == "message" ? int.Parse(frame.Data.AsSpan(0, frame.Data.IndexOf(' ')), CultureInfo.InvariantCulture) : -1;
        if (number != Next)
        {
            Fault ??= $"{frame.Type} {frame.LastEventId}, {frame.Data.Split(' ')[0]} instead of {Next}";
        }

        Next = number + 1;
        if (kind == SoakKind.Stall && _random.Next(500) == 0)
        {
            Thread.Sleep(_random.Next(5_000));
        }
    }
}
