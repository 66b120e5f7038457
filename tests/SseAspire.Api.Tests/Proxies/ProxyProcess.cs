using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using SseAspire.Testing;

namespace SseAspire.Api.Tests.Proxies;

/// <summary>A proxy that is a program of its own, in the foreground, with a folder for its files.</summary>
internal sealed class ProxyProcess : IProxy
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sse-aspire-proxy-");
    private readonly ConcurrentQueue<string> _output = new();
    private Process? _process;

    private ProxyProcess(int port) => Address = new Uri($"https://127.0.0.1:{port}");

    public Uri Address { get; }

    /// <summary>Starts it on a free port and returns when it listens.</summary>
    /// <param name="program">The program, of which one must be installed.</param>
    /// <param name="configure">Gives the text of the configuration for a port.</param>
    /// <param name="arguments">Gives the arguments for the folder and the file with the configuration.</param>
    public static async Task<ProxyProcess> StartAsync(
        string program, Func<int, string> configure, Func<string, string, string[]> arguments)
    {
        var port = ServiceProcess.FreePort();
        var proxy = new ProxyProcess(port);
        try
        {
            var file = Path.Combine(proxy._folder.FullName, "configuration");
            await File.WriteAllTextAsync(file, configure(port));
            await proxy.StartAsync(program, arguments(proxy._folder.FullName, file));
            return proxy;
        }
        catch
        {
            await proxy.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        _folder.Delete(recursive: true);
    }

    private async Task StartAsync(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder.FullName,
        };
        // Where Caddy keeps its state.
        start.Environment["HOME"] = _folder.FullName;
        start.Environment.Remove("XDG_CONFIG_HOME");
        start.Environment.Remove("XDG_DATA_HOME");
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();

        for (var started = Stopwatch.GetTimestamp(); !await ListensAsync();)
        {
            if (_process.HasExited || Stopwatch.GetElapsedTime(started) > StartTimeout)
            {
                throw new InvalidOperationException($"{program} did not come up at {Address}:\n{string.Join('\n', _output)}");
            }

            await Task.Delay(50);
        }
    }

    private async Task<bool> ListensAsync()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(Address.Host, Address.Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
