using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace SseAspire.Api.Tests.Proxies;

/// <summary>YARP, the reverse proxy that is a library of ASP.NET Core.</summary>
[Collection(nameof(SharedApi))]
public sealed class YarpTests(SharedApi shared) : SilenceContract(shared)
{
    private protected override async Task<IProxy> StartProxyAsync(string api, TimeSpan? timeout = null)
    {
        var configuration = DocumentedConfiguration.Read(
            "json",
            (DocumentedConfiguration.Api, api),
            ("\"ActivityTimeout\": \"00:01:40\"", $"\"ActivityTimeout\": \"{timeout ?? TimeSpan.FromSeconds(100)}\""));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(configuration)));
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(
            IPAddress.Loopback, port: 0, listen => listen.UseHttps(Certificate.Certificate)));
        builder.Services.AddReverseProxy().LoadFromConfig(builder.Configuration.GetSection("ReverseProxy"));
        var proxy = builder.Build();
        proxy.MapReverseProxy();
        await proxy.StartAsync(Cancellation);
        return new Running(proxy);
    }

    private sealed class Running(WebApplication proxy) : IProxy
    {
        public Uri Address { get; } = new(proxy.Urls.Single());

        public ValueTask DisposeAsync() => proxy.DisposeAsync();
    }
}
