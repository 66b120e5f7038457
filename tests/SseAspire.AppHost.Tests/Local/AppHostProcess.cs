using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace SseAspire.AppHost.Tests;

/// <summary>
/// The real AppHost with the real parts, as a process of its own on free ports. Disposing it ends it and
/// every process it started.
/// </summary>
internal sealed class AppHostProcess : IAsyncDisposable
{
    private const int Interrupt = 2;

    // A busy machine needs its time; nobody measures here.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();
    private int[] _parts = [];

    private AppHostProcess(Process process)
    {
        _process = process;
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int ApiPort { get; private init; }

    public int WebPort { get; private init; }

    /// <summary>Everything it has written so far.</summary>
    public IReadOnlyList<string> Lines => [.. _lines];

    public string Said => string.Join('\n', _lines);

    public static AppHostProcess Start(params string[] settings)
    {
        var web = FreePort();
        var api = FreePort();
        var start = new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            [
                Path.Combine(AppContext.BaseDirectory, "SseAspire.AppHost.dll"),
                $"--Web:Port={web}", $"--Api:Port={api}", .. settings,
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("ConnectionStrings__broker");
        return new AppHostProcess(Process.Start(start)!) { ApiPort = api, WebPort = web };
    }

    /// <summary>Returns the first line that matches, waiting for it.</summary>
    public async Task<string> LineAsync(string pattern)
    {
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < Patience)
        {
            if (_lines.FirstOrDefault(line => Regex.IsMatch(line, pattern)) is { } found)
            {
                return found;
            }

            Assert.False(_process.HasExited, $"The AppHost ended before it said '{pattern}'. It said:\n{Said}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        Assert.Fail($"The AppHost did not say '{pattern}' within {Patience}. It said:\n{Said}");
        return "";
    }

    /// <summary>Waits until the whole application is ready.</summary>
    public async Task ReadyAsync()
    {
        await LineAsync("^SseAspire is ready: ");
        _parts = Children();
    }

    /// <summary>Sends SIGINT, which is what Ctrl+C does.</summary>
    public void CtrlC() => Assert.Equal(0, Kill(_process.Id, Interrupt));

    /// <summary>Ends the AppHost with SIGKILL: it can do nothing any more.</summary>
    public void Crash() => _process.Kill();

    /// <summary>Ends one part with SIGKILL.</summary>
    public void CrashPart(string assembly)
    {
        using var part = Process.GetProcessById(
            _parts.Single(id => File.ReadAllText($"/proc/{id}/cmdline").Contains(assembly, StringComparison.Ordinal)));
        part.Kill();
    }

    /// <summary>Waits for the AppHost to end, and returns its exit code.</summary>
    public async Task<int> EndedAsync(TimeSpan? within = null)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(within ?? Patience);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    /// <summary>Fails if a part is still there after the given time.</summary>
    public async Task NoPartIsLeftAsync(TimeSpan within)
    {
        Assert.NotEmpty(_parts);
        var started = Stopwatch.GetTimestamp();
        while (_parts.Any(Exists) && Stopwatch.GetElapsedTime(started) < within)
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        Assert.DoesNotContain(_parts, Exists);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);

    // A process that has ended but was not yet waited for (a zombie) is gone: it holds nothing.
    private static bool Exists(int id) => StatusOf(id) is { } status && status.State != 'Z';

    private static (int Parent, char State)? StatusOf(int id)
    {
        try
        {
            // "1234 (dotnet) S 1 …": the name may hold anything, so it is read from its closing bracket on.
            var stat = File.ReadAllText($"/proc/{id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (int.Parse(fields[1], CultureInfo.InvariantCulture), fields[0][0]);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private int[] Children() =>
    [
        .. Directory.GetDirectories("/proc")
            .Select(Path.GetFileName)
            .Where(name => name!.All(char.IsAsciiDigit))
            .Select(name => int.Parse(name!, CultureInfo.InvariantCulture))
            .Where(id => StatusOf(id)?.Parent == _process.Id),
    ];

    private void Take(string? line)
    {
        if (line is not null)
        {
            _lines.Enqueue(line);
        }
    }
}
