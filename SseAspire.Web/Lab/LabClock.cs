namespace SseAspire.Web.Lab;

/// <summary>
/// The clock that stamps the lab's events and that browsers compare theirs to: Unix milliseconds with fraction.
/// It never jumps, as the machine's may when it is set.
/// </summary>
internal sealed class LabClock(TimeProvider time)
{
    private readonly double _began = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalMilliseconds;
    private readonly long _timestamp = time.GetTimestamp();

    public double Now => _began + time.GetElapsedTime(_timestamp).TotalMilliseconds;

    /// <summary>The same as a date.</summary>
    public DateTimeOffset Date => DateTimeOffset.UnixEpoch.AddMilliseconds(Now);
}
