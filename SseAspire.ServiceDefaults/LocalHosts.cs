using Microsoft.AspNetCore.HostFiltering;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace SseAspire.ServiceDefaults;

/// <summary>
/// Answers in Development only requests for the names of this machine's loopback address, unless <c>AllowedHosts</c> is
/// set. The page of a foreign name that resolves to it (DNS rebinding) would otherwise be of the service's own origin.
/// </summary>
internal static class LocalHosts
{
    // localhost and every name below it are loopback (RFC 6761, 6.3); Aspire has endpoints such as web.dev.localhost.
    private static readonly string[] Names = ["localhost", "*.localhost", "127.0.0.1", "[::1]"];

    public static void AddLocalHosts<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        if (builder.Environment.IsDevelopment() && string.IsNullOrEmpty(builder.Configuration["AllowedHosts"]))
        {
            builder.Services.Configure<HostFilteringOptions>(hosts => hosts.AllowedHosts = [.. Names]);
        }
    }
}
