namespace SseAspire.Api.Tests.Proxies;

/// <summary>Caddy, as Debian has it. It waits for a silent stream for ever.</summary>
[Collection(nameof(SharedApi))]
public sealed class CaddyTests(SharedApi shared) : ProxyContract(shared)
{
    private protected override async Task<IProxy> StartProxyAsync(string api, TimeSpan? timeout = null) =>
        await ProxyProcess.StartAsync(
            Executable.Find("caddy"),
            // Its own certificates would need a name and an authority that gives them out.
            port => $$"""
                {
                	admin off
                	auto_https off
                }
                {{DocumentedConfiguration.Read(
                    "caddyfile",
                    ("hub.example.com {", $$"""
                        https://127.0.0.1:{{port}} {
                        	tls {{Certificate.CertificateFile}} {{Certificate.KeyFile}}
                        """),
                    (DocumentedConfiguration.Api, api))}}
                """,
            (_, file) => ["run", "--config", file, "--adapter", "caddyfile"]);
}
