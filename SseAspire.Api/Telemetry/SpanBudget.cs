namespace SseAspire.Api.Telemetry;

/// <summary>Bounds how many spans of a kind are made in a second. Any number of callers, no lock.</summary>
internal sealed class SpanBudget(int perSecond, TimeProvider time)
{
    private long _second;
    private int _taken;

    /// <summary>Takes one of this second's spans, where one is left.</summary>
    public bool TryTake()
    {
        var second = time.GetTimestamp() / time.TimestampFrequency;
        if (Interlocked.Exchange(ref _second, second) != second)
        {
            // Two that find the new second at once give it one span more, which is no harm.
            Volatile.Write(ref _taken, 0);
        }

        return Interlocked.Increment(ref _taken) <= perSecond;
    }
}
