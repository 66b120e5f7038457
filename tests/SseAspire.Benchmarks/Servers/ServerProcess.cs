using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using SseAspire.Benchmarks.Load;

namespace SseAspire.Benchmarks.Servers;

/// <summary>A server in a process of its own on a free loopback port, and what it costs. Disposing it ends it.</summary>
internal abstract class ServerProcess : IDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly BlockingCollection<string> _probes = [];
    private readonly HttpClient _http;
    private readonly ConcurrentQueue<string> _log = new();

    /// <param name="arguments">What <c>dotnet</c> runs.</param>
    /// <param name="environment">Its settings, over those that all servers have in common.</param>
    protected ServerProcess(IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        Address = new IPEndPoint(IPAddress.Loopback, FreePort());
        _http = new HttpClient { BaseAddress = new Uri($"http://{Address}") };
        var start = new ProcessStartInfo(Dotnet, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(arguments.First())!,
        };
        Prepare(start.Environment, environment);
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => TakeLine(line.Data);
        _process.ErrorDataReceived += (_, line) => TakeLine(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public IPEndPoint Address { get; }

    /// <summary>The path of the stream, with its query.</summary>
    public abstract string StreamPath { get; }

    /// <summary>The host that runs this program runs the servers too.</summary>
    public static string Dotnet => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    /// <summary>Resident memory, in bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Processor time since its start.</summary>
    public CpuTime CpuTime
    {
        get
        {
            _process.Refresh();
            return new CpuTime(_process.UserProcessorTime, _process.PrivilegedProcessorTime);
        }
    }

    /// <summary>Starts a server and returns when it is ready.</summary>
    /// <exception cref="BenchmarkException">It does not come up; the message has what it wrote.</exception>
    public static ServerProcess Start(ServerKind kind)
    {
        ServerProcess server = kind == ServerKind.Hub ? new HubServer() : new NaiveServer();
        try
        {
            server.WaitUntilReady();
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>What the server has allocated since its start, and how often it has collected.</summary>
    public Allocation Allocation
    {
        get
        {
            _process.StandardInput.WriteLine();
            _process.StandardInput.Flush();
            if (!_probes.TryTake(out var probe, TimeSpan.FromSeconds(10)))
            {
                throw Failed("does not tell what it has allocated");
            }

            var figures = probe.Split(' ');
            return new Allocation(
                long.Parse(figures[1], CultureInfo.InvariantCulture), int.Parse(figures[2], CultureInfo.InvariantCulture));
        }
    }

    /// <summary>How many of the readers would get an event that is published now.</summary>
    protected abstract int CountServed(ReaderFleet readers);

    /// <summary>Waits until every reader is served.</summary>
    public void WaitFor(ReaderFleet readers)
    {
        var started = Stopwatch.GetTimestamp();
        int served;
        while ((served = CountServed(readers)) < readers.Count)
        {
            if (Stopwatch.GetElapsedTime(started) > StartPatience)
            {
                throw Failed($"serves only {served} of {readers.Count} readers");
            }

            Thread.Sleep(50);
        }
    }

    /// <summary>Publishes events in one request.</summary>
    public void Publish(string[] data)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/events")
        {
            Content = JsonContent.Create(data.Select(each => new Publication(Publication.Benchmark, each))),
            Headers = { { "Authorization", $"Bearer {HubServer.PublishingKey}" } },
        };
        using var response = _http.Send(request);
        if (!response.IsSuccessStatusCode)
        {
            throw Failed($"answered {(int)response.StatusCode} to a publication");
        }
    }

    public virtual void Dispose()
    {
        _http.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
        _probes.Dispose();
        GC.SuppressFinalize(this);
    }

    protected JsonElement Get(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var response = _http.Send(request);
        using var body = response.EnsureSuccessStatusCode().Content.ReadAsStream();
        return JsonDocument.Parse(body).RootElement;
    }

    protected static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static Dictionary<string, string> Common(IPEndPoint address) => new()
    {
        ["ASPNETCORE_URLS"] = $"http://{address}",
        ["ASPNETCORE_ENVIRONMENT"] = "Production",
        ["DOTNET_ENVIRONMENT"] = "Production",
        ["Logging__LogLevel__Default"] = "Warning",
        ["Logging__LogLevel__Microsoft.AspNetCore"] = "Warning",
        ["DOTNET_STARTUP_HOOKS"] = typeof(ServerProcess).Assembly.Location,
    };

    private void Prepare(IDictionary<string, string?> target, IReadOnlyDictionary<string, string> own)
    {
        foreach (var name in target.Keys.ToArray())
        {
            // Telemetry stays off, and how this process polls its sockets is not for the servers.
            if (name.StartsWith("OTEL_", StringComparison.Ordinal) || name.StartsWith("DOTNET_SYSTEM_NET_SOCKETS", StringComparison.Ordinal))
            {
                target.Remove(name);
            }
        }

        foreach (var (name, value) in Common(Address).Concat(own))
        {
            target[name] = value;
        }

        // What web projects have by default. Whoever wants to see the other sets it before starting this program.
        target.TryAdd("DOTNET_gcServer", "1");
    }

    private void WaitUntilReady()
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            if (_process.HasExited || Stopwatch.GetElapsedTime(started) > StartPatience)
            {
                throw Failed("does not come up");
            }

            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "/health");
                using var response = _http.Send(request);
                if (response.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            Thread.Sleep(50);
        }
    }

    private BenchmarkException Failed(string how) => new($"{GetType().Name} {how}.\n{string.Join('\n', _log)}");

    private void TakeLine(string? line)
    {
        if (line is null)
        {
            return;
        }

        if (line.StartsWith(StartupHook.Answer, StringComparison.Ordinal))
        {
            _probes.TryAdd(line);
            return;
        }

        _log.Enqueue(line);
        while (_log.Count > 50)
        {
            _log.TryDequeue(out _);
        }
    }
}
