using System.Diagnostics;
using System.Net;
using System.Reflection;
using System.Text;

namespace SseAspire.AppHost.Local;

/// <summary>
/// A running service. Its standard input is its lifeline (<see cref="StartupHook"/>): it stops, orderly,
/// when that is closed, be it by <see cref="StopAsync"/> or because this process is gone.
/// </summary>
internal sealed class ServiceProcess : IDisposable
{
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ReadyInterval = TimeSpan.FromMilliseconds(100);

    private readonly Process _process;
    private readonly Service _service;
    private readonly PartConsole _console;
    private string? _unhandled;

    private ServiceProcess(Service service, PartConsole console, Process process)
    {
        _service = service;
        _console = console;
        _process = process;
        _process.OutputDataReceived += (_, line) => Relay(line.Data);
        _process.ErrorDataReceived += (_, line) => Relay(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Ended = EndAsync();
    }

    /// <summary>Completes, with the reason in words, when the process has ended for whatever cause.</summary>
    public Task<string> Ended { get; }

    /// <summary>Starts the service as Aspire would: Development, its own folder, its own address.</summary>
    public static ServiceProcess Start(Service service, PartConsole console)
    {
        // The SDK sets DOTNET_HOST_PATH to the dotnet it runs on, which need not be the first on the PATH.
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            ArgumentList = { Built(service.Project) },
            WorkingDirectory = Built($"{service.Project}.Folder"),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        if (OperatingSystem.IsWindows())
        {
            // Ctrl+C is for this process alone, which then ends the services in order (elsewhere: StartupHook).
            start.CreateNewProcessGroup = true;
        }

        var environment = start.Environment;
        environment["ASPNETCORE_ENVIRONMENT"] = environment["DOTNET_ENVIRONMENT"] = "Development";
        environment["ASPNETCORE_URLS"] = service.Url;
        environment["OTEL_SERVICE_NAME"] = service.Name;
        environment["Logging__Console__FormatterName"] = "simple";
        environment["Logging__Console__FormatterOptions__SingleLine"] = "true";
        // "Now listening on" and the like: this process says when a part is ready.
        environment["Logging__LogLevel__Microsoft.Hosting.Lifetime"] = "Warning";
        var hook = typeof(StartupHook).Assembly.Location;
        environment["DOTNET_STARTUP_HOOKS"] =
            environment.TryGetValue("DOTNET_STARTUP_HOOKS", out var hooks) && !string.IsNullOrEmpty(hooks)
                ? $"{hooks}{Path.PathSeparator}{hook}"
                : hook;
        if (console.HasColour)
        {
            environment["DOTNET_SYSTEM_CONSOLE_ALLOW_ANSI_COLOR_REDIRECTION"] = "true";
        }

        foreach (var (name, value) in service.Environment)
        {
            environment[name] = value;
        }

        return new ServiceProcess(service, console, Process.Start(start)!);
    }

    /// <summary>Returns when the service answers that it is ready, and says so in the console.</summary>
    /// <exception cref="PartFailedException">It is not ready within a minute.</exception>
    public async Task ReadyAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        var started = Stopwatch.GetTimestamp();
        string answer;
        do
        {
            try
            {
                using var response = await http.GetAsync(new Uri(_service.Url + _service.ReadyPath), cancellationToken);
                if (response.StatusCode == HttpStatusCode.OK)
                {
                    _console.Write(_service.Name, $"ready at {_service.Url}/");
                    return;
                }

                answer = $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync(cancellationToken)}";
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
            {
                answer = e.Message;
            }

            await Task.Delay(ReadyInterval, cancellationToken);
        }
        while (Stopwatch.GetElapsedTime(started) < ReadyTimeout);

        throw new PartFailedException(
            $"{_service.Name} did not become ready within {ReadyTimeout.TotalSeconds:0} s: {_service.Url}{_service.ReadyPath} says: {answer}. "
            + $"Its lines above, marked \"{_service.Name}\", say more.");
    }

    /// <summary>Asks the service to stop; one that has not after <paramref name="patience"/> is killed.</summary>
    public async Task StopAsync(TimeSpan patience)
    {
        _process.StandardInput.Close();
        try
        {
            await Ended.WaitAsync(patience);
        }
        catch (TimeoutException)
        {
            _console.Write(_service.Name, $"did not stop within {patience.TotalSeconds:0.#} s and is killed");
            _process.Kill(entireProcessTree: true);
            await Ended;
        }
    }

    /// <inheritdoc />
    public void Dispose() => _process.Dispose();

    // Where the build put a part: see the target TellWhereThePartsAre in the project file.
    private static string Built(string key) =>
        typeof(ServiceProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(known => known.Key == key).Value!;

    private async Task<string> EndAsync()
    {
        await _process.WaitForExitAsync();
        // POSIX shells' convention, which .NET follows: 128 and the number of the signal.
        var how = _process.ExitCode > 128 && !OperatingSystem.IsWindows()
            ? $"was ended by signal {_process.ExitCode - 128}"
            : $"ended with exit code {_process.ExitCode}";
        return $"{_service.Name} {how}{(_unhandled is null ? "" : $": {_unhandled}")}. "
            + $"Its lines above, marked \"{_service.Name}\", say more; start again when that is mended.";
    }

    private void Relay(string? line)
    {
        if (line is null)
        {
            return;
        }

        if (line.StartsWith("Unhandled exception. ", StringComparison.Ordinal))
        {
            _unhandled = line["Unhandled exception. ".Length..];
        }

        _console.Write(_service.Name, line);
    }
}
