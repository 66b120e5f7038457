using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace SseAspire.Testing;

/// <summary>
/// A real <c>redis-server</c> process on a free loopback port with a folder of its own, which can be
/// killed, started again on the same port and folder, paused and resumed. Disposing it ends the process
/// and removes the folder.
/// </summary>
/// <remarks>Not thread-safe: one test drives it.</remarks>
public sealed class RedisServer : IAsyncDisposable
{
    /// <summary>Why a test that needs the real server is skipped where there is none.</summary>
    public const string SkipReason = "redis-server is not installed (Debian: apt-get install redis-server)";

    private const int PortAttempts = 5;
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(20);
    private static readonly string? Executable = FindExecutable();

    private readonly RedisPersistence _persistence;
    private readonly string _folder = Directory.CreateTempSubdirectory("sse-aspire-redis-").FullName;
    private Process? _process;

    private RedisServer(RedisPersistence persistence) => _persistence = persistence;

    /// <summary>Whether there is a <c>redis-server</c> on the PATH.</summary>
    public static bool IsInstalled => Executable is not null;

    /// <summary>The loopback port it listens on; the same after a restart.</summary>
    public int Port { get; private set; }

    /// <summary>What StackExchange.Redis connects with.</summary>
    public string ConnectionString => $"127.0.0.1:{Port}";

    /// <summary>Starts a new, empty server and returns when it answers.</summary>
    /// <exception cref="InvalidOperationException">It is not installed or does not come up; the message has its log.</exception>
    public static async Task<RedisServer> LaunchAsync(
        RedisPersistence persistence = RedisPersistence.None, CancellationToken cancellationToken = default)
    {
        var server = new RedisServer(persistence);
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                server.Port = FreePort();
                try
                {
                    await server.StartAsync(cancellationToken);
                    return server;
                }
                catch (InvalidOperationException) when (IsInstalled && attempt < PortAttempts)
                {
                    // Somebody else took the port between asking for a free one and Redis binding it.
                }
            }
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Starts it again after <see cref="KillAsync"/>, on the same port and folder: with
    /// <see cref="RedisPersistence.EveryWrite"/> it has its data back, else it is empty. Returns when it answers.
    /// </summary>
    /// <exception cref="InvalidOperationException">It runs already or does not come up; the message has its log.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (_process is not null)
        {
            throw new InvalidOperationException("redis-server runs already.");
        }

        var start = new ProcessStartInfo(Executable ?? throw new InvalidOperationException(SkipReason))
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        var appendOnly = _persistence == RedisPersistence.EveryWrite ? "yes" : "no";
        foreach (var argument in (string[])
        [
            "--port", $"{Port}", "--bind", "127.0.0.1", "--dir", _folder, "--logfile", "redis.log",
            "--save", "", "--appendonly", appendOnly, "--appendfsync", "always",
        ])
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start)!;
        // Read, so that a full pipe can never block the server.
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();

        try
        {
            await AnswersAsync(_process, cancellationToken);
        }
        catch
        {
            await KillAsync();
            throw;
        }
    }

    /// <summary>Ends it with SIGKILL, as a crash would: nothing is flushed, no client is told.</summary>
    public async Task KillAsync()
    {
        if (_process is not { } process)
        {
            return;
        }

        _process = null;
        process.Kill();
        await process.WaitForExitAsync(CancellationToken.None);
        process.Dispose();
    }

    /// <summary>Kills it and starts it again.</summary>
    public Task KillAndStartAsync() => KillAndStartAsync(truncatedBytes: 0);

    /// <summary>Kills it, takes so many bytes from the end of what it has on disk, and starts it again.</summary>
    public async Task KillAndStartAsync(long truncatedBytes)
    {
        await KillAsync();
        if (truncatedBytes > 0)
        {
            TruncateAppendOnlyFile(truncatedBytes);
        }

        await StartAsync();
    }

    /// <summary>
    /// Takes the last bytes from what it has on disk, as a disk does that did not keep what it confirmed. To be called
    /// while it is dead, with <see cref="RedisPersistence.EveryWrite"/>.
    /// </summary>
    public void TruncateAppendOnlyFile(long bytes)
    {
        var file = Directory.GetFiles(Path.Combine(_folder, "appendonlydir"), "*.incr.aof").Single();
        using var stream = new FileStream(file, FileMode.Open);
        stream.SetLength(Math.Max(0, stream.Length - bytes));
    }

    /// <summary>Stops it from answering (SIGSTOP) while its connections stay open.</summary>
    public void Pause() => Signal(Stop);

    /// <summary>Lets it go on after <see cref="Pause"/> (SIGCONT).</summary>
    public void Resume() => Signal(Continue);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private static string? FindExecutable() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, "redis-server"))
            .FirstOrDefault(File.Exists);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Waits for PONG: while it loads its data the port is open, but it answers errors.</summary>
    private async Task AnswersAsync(Process process, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await IsReadyAsync(cancellationToken))
        {
            if (process.HasExited || Stopwatch.GetElapsedTime(started) > StartTimeout)
            {
                throw new InvalidOperationException($"redis-server did not come up on port {Port}:\n{ReadLog()}");
            }

            await Task.Delay(20, cancellationToken);
        }

        // Another server may have had the port: then ours is about to end, and the answer was not its own.
        if (process.HasExited)
        {
            throw new InvalidOperationException($"redis-server did not come up on port {Port}:\n{ReadLog()}");
        }
    }

    private async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(1));
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, Port, patience.Token);
            await socket.SendAsync("PING\r\n"u8.ToArray(), patience.Token);
            var answer = new byte[64];
            var length = await socket.ReceiveAsync(answer, patience.Token);
            return Encoding.ASCII.GetString(answer, 0, length).StartsWith("+PONG", StringComparison.Ordinal);
        }
        catch (SocketException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private string ReadLog()
    {
        var log = Path.Combine(_folder, "redis.log");
        return File.Exists(log) ? File.ReadAllText(log) : "(it wrote no log)";
    }

    private const int Continue = 18;
    private const int Stop = 19;

    private void Signal(int signal)
    {
        var process = _process ?? throw new InvalidOperationException("redis-server does not run.");
        if (Kill(process.Id, signal) != 0)
        {
            throw new InvalidOperationException($"Signal {signal} did not reach redis-server: errno {Marshal.GetLastPInvokeError()}.");
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int pid, int signal);
}
