using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace SseAspire.Docs.Tests;

/// <summary>
/// A NuGet feed that knows nothing but that every version of one package has a vulnerability of the lowest severity
/// (NuGet server API, VulnerabilityInfo/6.7.0).
/// </summary>
internal sealed class AuditFeed : IAsyncDisposable
{
    private readonly WebApplication _server;

    private AuditFeed(WebApplication server) => _server = server;

    /// <summary>The address that a configuration names.</summary>
    public string Index => $"{_server.Urls.Single()}/index.json";

    public static async Task<AuditFeed> StartAsync(string package)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = builder.Build();
        server.MapGet("/index.json", (HttpRequest request) => Results.Text($$"""
            {"version":"3.0.0","resources":[{"@id":"http://{{request.Host}}/vulnerabilities.json","@type":"VulnerabilityInfo/6.7.0"}]}
            """, "application/json"));
        server.MapGet("/vulnerabilities.json", (HttpRequest request) => Results.Text($$"""
            [{"@name":"base","@id":"http://{{request.Host}}/base.json","@updated":"2026-01-01T00:00:00Z"}]
            """, "application/json"));
        server.MapGet("/base.json", () => Results.Text($$"""
            {"{{package}}":[{"url":"https://advisories.example/1","severity":0,"versions":"(, 9999.0.0)"}]}
            """, "application/json"));
        await server.StartAsync();
        return new AuditFeed(server);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
