using Microsoft.Extensions.Time.Testing;

namespace SseAspire.Producer.Tests;

/// <summary>A clock that runs much faster than time, so that a test of long waits is short.</summary>
internal sealed class Clock : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    /// <param name="step">How far it goes every few milliseconds.</param>
    public Clock(TimeSpan step) => _running = Task.Run(async () =>
    {
        while (!_stop.IsCancellationRequested)
        {
            await Task.Delay(5);
            Time.Advance(step);
        }
    });

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }
}
