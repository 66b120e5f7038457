namespace SseAspire.Producer.Tests;

/// <summary>The time of another provider, whose wall clock alone can be set.</summary>
internal sealed class JumpingTime(TimeProvider inner) : TimeProvider
{
    private long _offset;

    public override long TimestampFrequency => inner.TimestampFrequency;

    /// <summary>Sets the wall clock forward, or back.</summary>
    public void Jump(TimeSpan by) => Interlocked.Add(ref _offset, by.Ticks);

    public override DateTimeOffset GetUtcNow() => inner.GetUtcNow().AddTicks(Volatile.Read(ref _offset));

    public override long GetTimestamp() => inner.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        inner.CreateTimer(callback, state, dueTime, period);
}
