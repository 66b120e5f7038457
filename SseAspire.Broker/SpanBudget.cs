namespace SseAspire.Broker;

/// <summary>
/// Limits what is traced per second, such as publications: see <see cref="TelemetryOptions.MaxSpansPerSecond"/>. Any
/// number of callers, no lock.
/// </summary>
public sealed class SpanBudget(int perSecond, TimeProvider time)
{
    private long _second;
    private int _taken;

    /// <summary>Takes one from the budget of the current second; false if nothing is left.</summary>
    public bool TryTake()
    {
        var second = time.GetTimestamp() / time.TimestampFrequency;
        if (Interlocked.Exchange(ref _second, second) != second)
        {
            // Two callers that see the new second at the same time add one to its budget, which is harmless.
            Volatile.Write(ref _taken, 0);
        }

        return Interlocked.Increment(ref _taken) <= perSecond;
    }
}
