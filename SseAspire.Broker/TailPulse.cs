namespace SseAspire.Broker;

/// <summary>
/// How a tail of the log is doing, for whoever watches over it: when it last went round, whatever came of that, and
/// when it last stood at the head of the log.
/// </summary>
/// <remarks>One tail beats; any thread may read.</remarks>
public sealed class TailPulse(TimeProvider time)
{
    private long _turned = time.GetTimestamp();
    private long _atHead = time.GetTimestamp();

    /// <summary>How long ago it went round: some seconds while Redis is away, longer only where the tail hangs or is dead.</summary>
    public TimeSpan SinceTurn => time.GetElapsedTime(Volatile.Read(ref _turned));

    /// <summary>How long it has been since it had handed on all that the log held: its lag.</summary>
    public TimeSpan SinceHead => time.GetElapsedTime(Volatile.Read(ref _atHead));

    /// <summary>Says that the tail goes round.</summary>
    public void Turn() => Volatile.Write(ref _turned, time.GetTimestamp());

    /// <summary>Says that the tail has handed on all that there was.</summary>
    public void ReachHead() => Volatile.Write(ref _atHead, time.GetTimestamp());
}
