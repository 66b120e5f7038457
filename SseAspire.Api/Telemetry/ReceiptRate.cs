using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;

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

    private static int ClassOf(IPAddress? address)
    {
        if (address is null)
        {
            return 0;
        }

        // One host has a whole /64 of IPv6 addresses.
        Span<byte> bytes = stackalloc byte[16];
        var significant = address.AddressFamily == AddressFamily.InterNetworkV6 && !address.IsIPv4MappedToIPv6
            ? bytes[..8]
            : bytes[..4];
        _ = (significant.Length == 8 ? address : address.MapToIPv4()).TryWriteBytes(bytes, out _);
        var hash = new HashCode();
        hash.AddBytes(significant);
        return (int)((uint)hash.ToHashCode() % Classes);
    }
}
