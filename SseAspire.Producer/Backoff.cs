namespace SseAspire.Producer;

/// <summary>
/// How long to wait before the next try: twice as long after each failure in a row, up to a limit, and
/// each wait by a random part of up to a half longer, so that many who failed together do not return together.
/// </summary>
/// <param name="first">The wait after the first failure, before the random part.</param>
/// <param name="longest">The longest wait, before the random part.</param>
internal sealed class Backoff(TimeSpan first, TimeSpan longest)
{
    private TimeSpan _first = first;
    private TimeSpan? _last;

    /// <summary>The wait after the first failure; never longer than the limit.</summary>
    public TimeSpan First
    {
        get => _first;
        set => _first = value < longest ? value : longest;
    }

    /// <summary>Counts a failure and returns the wait before the next try.</summary>
    public TimeSpan Next()
    {
        var wait = _last is { } last ? last * 2 : First;
        _last = wait < longest ? wait : longest;
        return _last.Value * (1 + Random.Shared.NextDouble() / 2);
    }

    /// <summary>Forgets the failures: something went well.</summary>
    public void Reset() => _last = null;
}
