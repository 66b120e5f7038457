using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using SseAspire.Testing;

namespace SseAspire.Api.Tests;

/// <summary>
/// A reader of numbered events that measures how long each takes from before its publication, and reconnects as
/// <c>EventSource</c> does.
/// </summary>
internal sealed class LiveReader : IAsyncDisposable
{
    private const string Topic = "live/numbered";
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    private readonly ServiceProcess _api;
    private readonly SseReader _reader;
    private readonly CancellationTokenSource _left = new();
    private readonly Task _reading;
    private readonly List<TimeSpan> _latencies = [];
    private int _published;
    private int _received;
    private int _streams;
    private string? _fault;

    private LiveReader(ServiceProcess api)
    {
        _api = api;
        _reader = new SseReader(api.Address, $"topic={Topic}");
        _reading = ReadAsync();
    }

    /// <summary>How many streams it has opened.</summary>
    public int Streams => Volatile.Read(ref _streams);

    /// <summary>Subscribes, and returns when the stream has said where it starts.</summary>
    public static async Task<LiveReader> OpenAsync(ServiceProcess api)
    {
        var reader = new LiveReader(api);
        using var late = new CancellationTokenSource(Timeout);
        while (reader._reader.LastEventId.Length == 0)
        {
            await Task.Delay(10, late.Token);
        }

        return reader;
    }

    /// <summary>Publishes events one by one at a rate of so many a second, and waits until the reader has each of them.</summary>
    /// <returns>How long each took, the slowest last.</returns>
    public async Task<IReadOnlyList<TimeSpan>> MeasureAsync(int events, int rate, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / rate));
        for (var end = _published + events; _published < end;)
        {
            await timer.WaitForNextTickAsync(cancellationToken);
            var data = string.Create(CultureInfo.InvariantCulture, $"{_published++} {Stopwatch.GetTimestamp()}");
            using var answer = await _api.Client.PostAsJsonAsync("/events", new { topic = Topic, data }, cancellationToken);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(cancellationToken));
        }

        for (var started = Stopwatch.GetTimestamp(); Volatile.Read(ref _received) < _published && Stopwatch.GetElapsedTime(started) < Timeout;)
        {
            await Task.Delay(10, cancellationToken);
        }

        Assert.Null(_fault);
        Assert.Equal(_published, _received);
        return [.. _latencies[^events..].Order()];
    }

    public async ValueTask DisposeAsync()
    {
        await _left.CancelAsync();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _reader.Dispose();
        _left.Dispose();
    }

    private async Task ReadAsync()
    {
        while (true)
        {
            try
            {
                Interlocked.Increment(ref _streams);
                await _reader.ReadAsync(Take, cancellationToken: _left.Token);
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                // Dropped.
            }

            await Task.Delay(_reader.Retry ?? TimeSpan.FromSeconds(1), _left.Token);
        }
    }

    private void Take(SseFrame frame)
    {
        // A gap alone is no loss: the next number shows one.
        if (frame.Type == "message")
        {
            var fields = frame.Data.Split(' ');
            _latencies.Add(Stopwatch.GetElapsedTime(long.Parse(fields[1], CultureInfo.InvariantCulture)));
            if (fields[0] != $"{_received}")
            {
                _fault ??= $"{frame.LastEventId}: {fields[0]} instead of {_received}";
            }

            Interlocked.Increment(ref _received);
        }
    }
}
