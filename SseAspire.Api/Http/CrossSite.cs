using Microsoft.AspNetCore.Cors.Infrastructure;

namespace SseAspire.Api.Http;

/// <summary>
/// Keeps pages of foreign origins from opening WebSockets: browsers let any page open one and read it, whatever
/// CORS says, and tell only the page's origin (RFC 6455, 10.2).
/// </summary>
internal static class CrossSite
{
    /// <exception cref="BadRequestException">The request is of a page whose origin is neither the API's own nor on the list.</exception>
    public static async Task RefuseForeignOriginAsync(HttpContext context, ICorsPolicyProvider policies)
    {
        var origins = context.Request.Headers.Origin;
        if (origins.Count == 0)
        {
            // Not of a browser.
            return;
        }

        var origin = origins.ToString();
        var isOwn = Uri.TryCreate(origin, UriKind.Absolute, out var address)
            && address.Authority.Equals(context.Request.Host.Value, StringComparison.OrdinalIgnoreCase);
        var policy = await policies.GetPolicyAsync(context, policyName: null);
        if (!isOwn && policy?.IsOriginAllowed(origin) != true && policy?.AllowAnyOrigin != true)
        {
            throw new BadRequestException("Origin", "is of a site that may not read here", StatusCodes.Status403Forbidden);
        }
    }
}
