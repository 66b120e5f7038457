using System.Net;
using System.Threading.RateLimiting;
using SseAspire.ServiceDefaults;

namespace SseAspire.Web.Security;

/// <summary>
/// How much one address may do through the page's forms: five in a row, then one every two seconds.
/// </summary>
/// <remarks>
/// Asked by the form's handler and not by the middleware: a refused visitor gets the form back with what
/// they typed, which the middleware, being before the page, could not give.
/// </remarks>
internal sealed class VisitorLimiter : IDisposable
{
    private const int Burst = 5;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    private readonly PartitionedRateLimiter<IPAddress> _limiter =
        PartitionedRateLimiter.Create<IPAddress, IPAddress>(address => RateLimitPartition.GetTokenBucketLimiter(
            address,
            _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = Burst,
                TokensPerPeriod = 1,
                ReplenishmentPeriod = Period,
            }));

    /// <summary>How long to wait, or null where the visitor may act now (and has thereby acted).</summary>
    public TimeSpan? Refuse(HttpContext context)
    {
        using var lease = _limiter.AttemptAcquire(AddressOf(context));
        if (lease.IsAcquired)
        {
            return null;
        }

        return lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) && wait > Period ? wait : Period;
    }

    /// <summary>The visitor's address as limits count it: of IPv6 the /64.</summary>
    public static IPAddress AddressOf(HttpContext context) => ClientNetwork.Of(context.Connection.RemoteIpAddress);

    public void Dispose() => _limiter.Dispose();
}
