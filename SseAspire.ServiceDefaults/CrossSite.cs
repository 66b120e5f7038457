using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace SseAspire.ServiceDefaults;

/// <summary>
/// Recognizes requests of web pages of other origins. A browser sends a page's simple requests and WebSocket handshakes
/// to any address, whatever CORS allows; it only states where they come from (<c>Origin</c>: Fetch standard, 3.2 and
/// RFC 6455, 10.2; <c>Sec-Fetch-Site</c>: Fetch Metadata, 2.3).
/// </summary>
public static class CrossSite
{
    /// <summary>
    /// Whether the request comes from a page whose origin is neither the service's own nor one that CORS allows.
    /// False for clients that are not browsers: they send neither header.
    /// </summary>
    public static async ValueTask<bool> IsForeignAsync(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (headers.Origin.Count == 0)
        {
            // An image or a link of another page, for which browsers send no origin.
            return headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site";
        }

        var origin = headers.Origin.ToString();
        if (Uri.TryCreate(origin, UriKind.Absolute, out var address)
            && address.Authority.Equals(context.Request.Host.Value, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var policy = context.RequestServices.GetService<ICorsPolicyProvider>() is { } policies
            ? await policies.GetPolicyAsync(context, policyName: null)
            : null;
        return policy is null || !(policy.AllowAnyOrigin || policy.IsOriginAllowed(origin));
    }
}
