using Microsoft.Extensions.Options;
using SseAspire.Web.Hub;

namespace SseAspire.Web.Security;

/// <summary>
/// The headers that keep a page to its own files and to the hub. Nothing inline: no script, no style
/// attribute in the markup; styles set by script go through the CSSOM, which the policy allows.
/// </summary>
internal static class SecurityHeaders
{
    public static IApplicationBuilder UseSecurityHeaders(this IApplicationBuilder app)
    {
        var hub = app.ApplicationServices.GetRequiredService<IOptions<ApiOptions>>().Value.PublicUrl;
        // A source names one scheme: the hub's WebSockets need theirs.
        var sockets = new UriBuilder(hub) { Scheme = hub.Scheme == "https" ? "wss" : "ws" }.Uri;
        var policy = string.Join("; ",
            "default-src 'none'",
            "script-src 'self'",
            "worker-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            $"connect-src 'self' {hub.GetLeftPart(UriPartial.Authority)} {sockets.GetLeftPart(UriPartial.Authority)}",
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
}
