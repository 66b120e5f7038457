namespace SseAspire.Producer.Sources;

/// <summary>How long a server asks to be left alone: <c>Retry-After</c>, RFC 9110, section 10.2.3.</summary>
internal static class RetryAfter
{
    // A server that asks for a year is mistaken, or does not mean us.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>Zero where it asks for nothing.</summary>
    public static TimeSpan Of(HttpResponseMessage response, TimeProvider time)
    {
        var asked = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - time.GetUtcNow(),
            _ => TimeSpan.Zero,
        };
        return asked < TimeSpan.Zero ? TimeSpan.Zero : asked < Longest ? asked : Longest;
    }
}
