using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace SseAspire.Testing;

/// <summary>
/// One of the product's services as a process of its own, on a loopback port that stays the same over restarts.
/// </summary>
public sealed class ServiceProcess : IAsyncDisposable
{
    /// <summary>A setting that is not the service's: how many file descriptors its process may have.</summary>
    public const string DescriptorLimit = "TEST_DESCRIPTOR_LIMIT";

    /// <summary>A setting: where it listens, for a test that must know the port before.</summary>
    public const string Urls = "ASPNETCORE_URLS";

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly string _part;
    private readonly Dictionary<string, string> _environment;
    private readonly ConcurrentQueue<string> _output = new();
    private Process? _process;

    private ServiceProcess(string part, IReadOnlyDictionary<string, string> environment)
    {
        _part = part;
        _environment = new Dictionary<string, string>(environment);
        _environment.TryAdd(Urls, $"http://127.0.0.1:{FreePort()}");
        Address = new Uri(_environment[Urls]);
        // Nobody collects what the tests tell, but for those that do.
        _environment.TryAdd("OTEL_EXPORTER_OTLP_ENDPOINT", "");
        _environment.TryAdd("DOTNET_ENVIRONMENT", "Development");
        _environment.TryAdd("ASPNETCORE_ENVIRONMENT", _environment["DOTNET_ENVIRONMENT"]);
        Client = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(30) };
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>A client of it.</summary>
    public HttpClient Client { get; }

    /// <summary>The process, while it runs.</summary>
    public Process Process => _process ?? throw new InvalidOperationException($"{_part} does not run.");

    /// <summary>What it has printed so far.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>Returns when the API has restarted inside its process so often, and is ready.</summary>
    public async Task RestartedAsync(int restarts, CancellationToken cancellationToken)
    {
        // The log has one line for each start of the host.
        while (Output.Split("The hub follows the event log from").Length < restarts + 2)
        {
            await Task.Delay(50, cancellationToken);
        }

        // The hub follows the log before the server listens.
        for (var isReady = false; !isReady;)
        {
            try
            {
                using var health = await Client.GetAsync(new Uri("/health", UriKind.Relative), cancellationToken);
                isReady = health.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(50, cancellationToken);
            }
        }
    }

    /// <summary>Starts the API on a Redis and returns when it is ready.</summary>
    public static Task<ServiceProcess> StartApiAsync(string redis, params (string Name, string Value)[] settings) =>
        StartAsync("SseAspire.Api", [("ConnectionStrings__broker", redis), ("Operations__Enabled", "true"), .. settings]);

    /// <summary>
    /// Starts a part, on a free port unless <see cref="Urls"/> is set, with settings in its environment, of which the last of
    /// a name counts, and returns when <c>/health</c> is 200.
    /// </summary>
    /// <exception cref="InvalidOperationException">It does not come up; the message has what it printed.</exception>
    public static async Task<ServiceProcess> StartAsync(string part, params (string Name, string Value)[] settings)
    {
        var service = new ServiceProcess(part, settings.GroupBy(s => s.Name).ToDictionary(s => s.Key, s => s.Last().Value));
        try
        {
            await service.StartAsync();
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it again after it was killed or stopped, on the same port.</summary>
    public async Task StartAsync()
    {
        var assembly = RepositoryRoot.AssemblyOf(_part);
        // The shell becomes the service, so that it has the same id.
        var start = _environment.TryGetValue(DescriptorLimit, out var descriptors)
            ? new ProcessStartInfo("/bin/sh", ["-c", $"ulimit -n {descriptors}; exec dotnet \"$0\"", assembly])
            : new ProcessStartInfo("dotnet", [assembly]);
        start = new ProcessStartInfo(start.FileName, start.ArgumentList)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(assembly),
        };
        foreach (var (name, value) in _environment)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _process = process;

        for (var started = Stopwatch.GetTimestamp(); !await IsReadyAsync();)
        {
            if (process.HasExited || Stopwatch.GetElapsedTime(started) > StartTimeout)
            {
                throw new InvalidOperationException($"{_part} did not come up at {Address}:\n{Output}");
            }

            await Task.Delay(50);
        }
    }

    /// <summary>Ends it with SIGKILL, as a crash would.</summary>
    public async Task KillAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    /// <summary>Asks it to end (SIGTERM) and waits until it has.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync(TimeSpan patience)
    {
        var process = Process;
        if (Kill(process.Id, Terminate) != 0)
        {
            throw new InvalidOperationException($"SIGTERM did not reach {_part}: errno {Marshal.GetLastPInvokeError()}.");
        }

        using var timeout = new CancellationTokenSource(patience);
        await process.WaitForExitAsync(timeout.Token);
        _process = null;
        var code = process.ExitCode;
        process.Dispose();
        return code;
    }

    /// <summary>What it holds in memory now, in bytes.</summary>
    public long ReadResidentBytes()
    {
        Process.Refresh();
        return Process.WorkingSet64;
    }

    /// <summary>The most it has held in memory so far, in bytes; Linux alone reports it.</summary>
    public long ReadPeakResidentBytes() =>
        1024 * long.Parse(
            File.ReadLines($"/proc/{Process.Id}/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1],
            System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Makes <see cref="ReadPeakResidentBytes"/> report the peak from now on; Linux alone can.</summary>
    public void ResetPeakResidentBytes() => File.WriteAllText($"/proc/{Process.Id}/clear_refs", "5");

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Client.Dispose();
    }

    /// <summary>A loopback port that nobody listens on.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            using var answer = await Client.GetAsync("/health");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            _output.Enqueue(line);
        }
    }

    private const int Terminate = 15;

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int pid, int signal);
}
