using System.Net;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using SseAspire.ServiceDefaults;

namespace SseAspire.Api.Telemetry;

/// <summary>
/// Bounds how often one client address may send receipts. A page sends them every five seconds; everybody behind
/// one proxy counts as one.
/// </summary>
/// <remarks>
/// Addresses are put into a fixed number of classes, so that no number of them takes memory. Two clients in one
/// class share what it may send.
/// </remarks>
internal sealed class ReceiptRate : IRateLimiterPolicy<int>
{
    public const string Name = "receipts";

    private const int Classes = 4096;
    private const int PerSecond = 20;
    private const int Burst = 100;

    public Func<OnRejectedContext, CancellationToken, ValueTask> OnRejected { get; } = static (rejected, _) =>
    {
        var response = rejected.HttpContext.Response;
        response.StatusCode = StatusCodes.Status429TooManyRequests;
        response.Headers.RetryAfter = "1";
        return ValueTask.CompletedTask;
    };

    public RateLimitPartition<int> GetPartition(HttpContext httpContext) =>
        RateLimitPartition.GetTokenBucketLimiter(ClassOf(httpContext.Connection.RemoteIpAddress), static _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = Burst,
            TokensPerPeriod = PerSecond,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            QueueLimit = 0,
        });

    private static int ClassOf(IPAddress? address) => (int)((uint)ClientNetwork.Of(address).GetHashCode() % Classes);
}
