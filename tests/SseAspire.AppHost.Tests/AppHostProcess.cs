using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using SseAspire.Testing;

namespace SseAspire.AppHost.Tests;

/// <summary>
/// The AppHost as a user starts it in a terminal: <c>dotnet run</c>, in a process group of its own, on free ports.
/// Disposing it ends every process that it has started.
/// </summary>
internal sealed class AppHostProcess : IAsyncDisposable
{
    /// <summary>For a busy machine: nothing is timed here.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(3);

    private const string Mark = "SSEASPIRE_TEST";

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();

    // Every process of the application inherits it. The orchestrator's processes are no children of the AppHost, so
    // nothing else leads from one to the other.
    private readonly string _mark = $"{Guid.NewGuid():N}";

    private AppHostProcess(string[] settings, params (string Name, string Value)[] environment)
    {
        WebPort = ServiceProcess.FreePort();
        ApiPort = ServiceProcess.FreePort();
        var demonstrationPort = ServiceProcess.FreePort();
        DashboardPort = ServiceProcess.FreePort();
        var start = new ProcessStartInfo("setsid",
            [
                "dotnet", "run", "--no-build", "--configuration", RepositoryRoot.Configuration,
                "--project", Path.Combine(RepositoryRoot.Path, "SseAspire.AppHost"), "--",
                $"--Web:Port={WebPort}", $"--Api:Port={ApiPort}", $"--Demonstration:Port={demonstrationPort}",
                $"--ASPNETCORE_URLS=http://localhost:{DashboardPort}",
                $"--ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL=http://localhost:{ServiceProcess.FreePort()}",
                $"--ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL=http://localhost:{ServiceProcess.FreePort()}",
                .. settings,
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("ConnectionStrings__broker");
        start.Environment[Mark] = _mark;
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Add(line.Data);
        _process.ErrorDataReceived += (_, line) => Add(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int WebPort { get; }

    public int ApiPort { get; }

    public int DashboardPort { get; }

    /// <summary>What it has printed, without the line of <c>dotnet run</c> itself.</summary>
    public IReadOnlyList<string> Lines => [.. _lines.Where(line => !line.StartsWith("Using launch settings", StringComparison.Ordinal))];

    /// <summary>The processes of the application that run, with their command lines.</summary>
    public IReadOnlyList<string> Running =>
    [
        .. Directory.GetDirectories("/proc")
            .Where(folder => int.TryParse(Path.GetFileName(folder), out _))
            .Where(folder => Read(folder, "environ").Contains($"{Mark}={_mark}", StringComparison.Ordinal) && Read(folder, "cmdline").Length > 0)
            .Select(folder => $"{Path.GetFileName(folder)} {Read(folder, "cmdline").Replace('\0', ' ')}"),
    ];

    /// <summary>Starts it with arguments.</summary>
    public static AppHostProcess Start(params string[] settings)
    {
        NeedsProcFileSystem();
        return new(["--Broker=embedded", .. settings]);
    }

    /// <summary>Starts it with a variable in its environment.</summary>
    public static AppHostProcess StartWith(string name, string value)
    {
        NeedsProcFileSystem();
        return new(["--Broker=embedded"], (name, value));
    }

    /// <summary>Returns the first line that matches.</summary>
    public async Task<Match> LineAsync(string pattern)
    {
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < Timeout;)
        {
            if (_lines.Select(line => Regex.Match(line, pattern)).FirstOrDefault(match => match.Success) is { } found)
            {
                return found;
            }

            Assert.False(_process.HasExited, $"It ended before it printed '{pattern}'. It printed:\n{string.Join('\n', Lines)}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        Assert.Fail($"It did not print '{pattern}' within {Timeout}. It printed:\n{string.Join('\n', Lines)}");
        return Match.Empty;
    }

    /// <summary>Returns when every part is ready.</summary>
    public Task ReadyAsync() => LineAsync("^SseAspire is ready after ");

    /// <summary>Sends SIGINT to the process group, as a terminal does on Ctrl+C.</summary>
    public void PressCtrlC() => Assert.Equal(0, Kill(-_process.Id, 2));

    /// <summary>Sends SIGTERM to <c>dotnet run</c> alone, as a process manager does.</summary>
    public void Terminate() => Assert.Equal(0, Kill(_process.Id, 15));

    /// <summary>Ends a process of the application with SIGKILL.</summary>
    public void Crash(string executable)
    {
        var process = Running.First(line => line.TrimEnd().EndsWith(executable, StringComparison.Ordinal));
        Assert.Equal(0, Kill(int.Parse(process.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture), 9));
    }

    /// <summary>Waits for <c>dotnet run</c> to end.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> EndedAsync()
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(Timeout);
        await _process.WaitForExitAsync(timeout.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Running)
        {
            _ = Kill(int.Parse(process.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture), 9);
        }

        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private static void NeedsProcFileSystem() =>
        Assert.SkipUnless(OperatingSystem.IsLinux(), "This test finds the processes of the application through /proc, which is Linux's.");

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);

    private static string Read(string folder, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has ended, or is another user's.
            return "";
        }
    }

    private void Add(string? line)
    {
        if (line is not null)
        {
            _lines.Enqueue(line);
        }
    }
}
