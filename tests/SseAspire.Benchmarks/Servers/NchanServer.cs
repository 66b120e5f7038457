using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using SseAspire.Benchmarks.Load;

namespace SseAspire.Benchmarks.Servers;

/// <summary>
/// Nchan, the module of nginx that fans events out in C: one worker, which keeps what is published in its memory.
/// Debian: <c>libnginx-mod-nchan</c>.
/// </summary>
internal sealed class NchanServer : ServerProcess
{
    /// <summary>How many requests are under way at once: their answers must fit into the socket's buffers.</summary>
    private const int Pipelined = 100;

    private static readonly string? Module = FindModule();

    private readonly string _folder;

    public NchanServer()
        : this(FreeAddress(), Directory.CreateTempSubdirectory("sse-aspire-nchan-").FullName)
    {
    }

    private NchanServer(IPEndPoint address, string folder)
        : base(address, Prepare(address, folder)) => _folder = folder;

    /// <summary>Why it cannot be measured here, or null where it can.</summary>
    public static string? Missing => Module is null ? "nginx with its module is not installed (Debian: apt-get install libnginx-mod-nchan)" : null;

    /// <summary>Of nginx and of the module, which tells its own only when it runs.</summary>
    public static string Version
    {
        get
        {
            using var server = (NchanServer)Start(ServerKind.Nchan);
            const string Label = "nchan version: ";
            var status = server.GetText("/status");
            var at = status.IndexOf(Label, StringComparison.Ordinal);
            var version = at < 0 ? "of unknown version" : status[(at + Label.Length)..].Split('\n')[0].Trim();
            return $"nginx {Executable.Output("nginx", "-v").Split('/')[^1].Trim()}, Nchan {version}";
        }
    }

    public override string StreamPath => "/events";

    public override string ReplayPath => "/replay";

    /// <summary>A request an event, since it has no batches; the next is sent without waiting for the answer to the one before.</summary>
    public override string Publish(PublishingConnection connection, IReadOnlyList<string> data)
    {
        var answer = "";
        foreach (var some in data.Chunk(Pipelined))
        {
            var requests = new StringBuilder();
            foreach (var each in some)
            {
                requests.Append(
                    CultureInfo.InvariantCulture,
                    $"POST /publish HTTP/1.1\r\nHost: {Address}\r\nAccept: text/json\r\nContent-Type: text/plain\r\nContent-Length: {each.Length}\r\n\r\n{each}");
            }

            answer = connection.Send(Encoding.ASCII.GetBytes(requests.ToString()), some.Length);
        }

        return answer;
    }

    public override void Dispose()
    {
        base.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    // Before its first reader there is no topic.
    protected override int CountServed(ReaderFleet readers) => Get("/publish")?.GetProperty("subscribers").GetInt32() ?? 0;

    private static string? FindModule()
    {
        if (Executable.Find("nginx") is null)
        {
            return null;
        }

        // "configure arguments: … --modules-path=/usr/lib/nginx/modules …"
        const string Option = "--modules-path=";
        var folder = Executable.Output("nginx", "-V").Split(' ').FirstOrDefault(word => word.StartsWith(Option, StringComparison.Ordinal));
        var module = folder is null ? null : Path.Combine(folder[Option.Length..].Trim(), "ngx_nchan_module.so");
        return File.Exists(module) ? module : null;
    }

    private static ProcessStartInfo Prepare(IPEndPoint address, string folder)
    {
        File.WriteAllText(Path.Combine(folder, "nginx.conf"), $$"""
            load_module {{Module}};
            daemon off;
            master_process off;
            worker_processes 1;
            worker_rlimit_nofile {{FileLimit.Most}};
            pid nginx.pid;
            error_log stderr warn;
            events { worker_connections {{FileLimit.Most}}; }
            http {
                access_log off;
                keepalive_requests 1000000000;
                keepalive_timeout 1h;
                client_body_temp_path body;
                proxy_temp_path proxy;
                fastcgi_temp_path fastcgi;
                uwsgi_temp_path uwsgi;
                scgi_temp_path scgi;
                nchan_max_reserved_memory 2g;
                nchan_message_buffer_length 2000000;
                nchan_message_timeout 1h;
                server {
                    listen {{address}} backlog=4096;
                    nchan_channel_id {{Publication.Benchmark}};
                    location = /health { return 200; }
                    location = /status { nchan_stub_status; }
                    location = /publish { nchan_publisher http; }
                    location = /events { nchan_subscriber eventsource; nchan_subscriber_first_message newest; }
                    location = /replay { nchan_subscriber eventsource; nchan_subscriber_first_message oldest; }
                }
            }
            """);
        return new ProcessStartInfo(Executable.Find("nginx")!, ["-p", folder + Path.DirectorySeparatorChar, "-c", "nginx.conf", "-e", "stderr"]);
    }
}
