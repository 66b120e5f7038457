using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace SseAspire.ServiceDefaults;

/// <summary>
/// Takes the client's address and scheme from the proxies that <see cref="ProxyOptions"/> names, and from nobody
/// else: behind a proxy all clients would be one address, and anybody could write the headers of another.
/// </summary>
internal static class TrustedProxies
{
    public static void AddTrustedProxies<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.Services.AddOptions<ProxyOptions>()
            .BindConfiguration(ProxyOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddOptions<ForwardedHeadersOptions>().PostConfigure<IOptions<ProxyOptions>>(
            (headers, proxies) => Trust(headers, proxies.Value));
        builder.Services.AddTransient<IStartupFilter, First>();
    }

    private static void Trust(ForwardedHeadersOptions headers, ProxyOptions proxies)
    {
        if (!proxies.HasProxies)
        {
            return;
        }

        // Without what is known by default: a loopback address is no proxy where another one is named.
        headers.KnownProxies.Clear();
        headers.KnownIPNetworks.Clear();
        foreach (var proxy in proxies.KnownProxies)
        {
            headers.KnownProxies.Add(IPAddress.Parse(proxy));
        }

        foreach (var network in proxies.KnownNetworks)
        {
            headers.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(network));
        }

        headers.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
        headers.ForwardLimit = proxies.ForwardLimit;
    }

    /// <summary>Before everything else of the service, which must see the client and not the proxy.</summary>
    private sealed class First(IOptions<ProxyOptions> proxies, IConfiguration configuration) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            // ASPNETCORE_FORWARDEDHEADERS_ENABLED, which Aspire sets where it publishes, has put the same middleware
            // there already. It trusts whoever connects, unless proxies are named.
            if (proxies.Value.HasProxies && !configuration.GetValue<bool>("ForwardedHeaders_Enabled"))
            {
                app.UseForwardedHeaders();
            }

            next(app);
        };
    }
}
