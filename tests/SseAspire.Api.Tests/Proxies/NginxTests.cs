namespace SseAspire.Api.Tests.Proxies;

/// <summary>nginx, as Debian has it.</summary>
[Collection(nameof(SharedApi))]
public sealed class NginxTests(SharedApi shared) : SilenceContract(shared)
{
    private protected override async Task<IProxy> StartProxyAsync(string api, TimeSpan? timeout = null) =>
        await ProxyProcess.StartAsync(
            Executable.Find("nginx"),
            // One process, so that ending it leaves nothing behind.
            port => $$"""
                daemon off;
                master_process off;
                pid nginx.pid;
                events { worker_connections 256; }
                http {
                    access_log off;
                    client_body_temp_path body;
                    proxy_temp_path proxy;
                    fastcgi_temp_path fastcgi;
                    uwsgi_temp_path uwsgi;
                    scgi_temp_path scgi;
                {{Configuration(api, port, timeout)}}
                }
                """,
            (folder, file) => ["-p", folder, "-e", "stderr", "-c", file]);

    private string Configuration(string api, int port, TimeSpan? timeout) => DocumentedConfiguration.Read(
        "nginx",
        (DocumentedConfiguration.Api, api),
        ("listen 443 ", $"listen 127.0.0.1:{port} "),
        ("/etc/ssl/certs/hub.pem", Certificate.CertificateFile),
        ("/etc/ssl/private/hub.key", Certificate.KeyFile),
        ("proxy_read_timeout 60s;", $"proxy_read_timeout {timeout?.TotalSeconds ?? 60}s;"));
}
