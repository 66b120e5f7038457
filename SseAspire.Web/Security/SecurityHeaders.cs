using Microsoft.Extensions.Options;
using SseAspire.Web.Demonstration;
using SseAspire.Web.Hub;

namespace SseAspire.Web.Security;

/// <summary>
/// The headers that keep a page to its own files and to the hubs. Nothing inline: no script, no style
/// attribute in the markup; styles set by script go through the CSSOM, which the policy allows.
/// </summary>
internal static class SecurityHeaders
{
    public static IApplicationBuilder UseSecurityHeaders(this IApplicationBuilder app)
    {
        var hub = SourcesOf(app.ApplicationServices.GetRequiredService<IOptions<ApiOptions>>().Value.PublicUrl);
        var demonstration = app.ApplicationServices.GetRequiredService<IOptions<DemonstrationOptions>>().Value;
        string[] hubs = demonstration.Enabled ? [.. hub, .. SourcesOf(demonstration.PublicUrl)] : hub;
        var policy = string.Join("; ",
            "default-src 'none'",
            "script-src 'self'",
            "worker-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            $"connect-src 'self' {string.Join(' ', hubs.Distinct())}",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'");

        return app.Use((context, next) =>
        {
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = policy;
            headers.XContentTypeOptions = "nosniff";
            headers.XFrameOptions = "DENY";
            headers["Referrer-Policy"] = "no-referrer";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            headers["Cross-Origin-Resource-Policy"] = "same-origin";
            headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";
            return next(context);
        });
    }

    /// <summary>A source names one scheme: the hub's WebSockets need theirs.</summary>
    private static string[] SourcesOf(Uri hub)
    {
        var sockets = new UriBuilder(hub) { Scheme = hub.Scheme == "https" ? "wss" : "ws" }.Uri;
        return [hub.GetLeftPart(UriPartial.Authority), sockets.GetLeftPart(UriPartial.Authority)];
    }
}
