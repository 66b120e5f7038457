using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;

/// <summary>
/// Ties a service's life to the AppHost's without the service knowing. The AppHost names this assembly in
/// <c>DOTNET_STARTUP_HOOKS</c>, so the runtime calls <see cref="Initialize"/> in the service before its
/// Main. From then on the end of standard input, a pipe from the AppHost, means: stop, orderly.
/// </summary>
/// <remarks>
/// The pipe closes when the AppHost asks for a stop and also when it is killed, on every operating system;
/// a signal would not be sent in the second case, and Windows has none. Name and shape of this class are
/// the runtime's: https://github.com/dotnet/runtime/blob/main/docs/design/features/host-startup-hook.md.
/// </remarks>
internal static class StartupHook
{
    // A service that does not stop by itself must not outlive an AppHost that is gone.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    private static volatile IHost? _host;
    private static volatile bool _inputEnded;

    public static void Initialize()
    {
        if (!OperatingSystem.IsWindows())
        {
            // Out of the terminal's process group: Ctrl+C reaches the AppHost alone, which ends the parts in order.
            _ = SetProcessGroup(0, 0);
        }

        DiagnosticListener.AllListeners.Subscribe(new HostObserver());
        new Thread(StopWhenInputEnds) { IsBackground = true, Name = "AppHost's lifeline" }.Start();
    }

    private static void StopWhenInputEnds()
    {
        using (var input = Console.OpenStandardInput())
        {
            while (input.ReadByte() >= 0)
            {
            }
        }

        _inputEnded = true;
        if (_host is { } host)
        {
            Stop(host);
            Thread.Sleep(Patience);
        }

        Process.GetCurrentProcess().Kill();
    }

    private static void Stop(IHost host)
    {
        try
        {
            var lifetime = (IHostApplicationLifetime)host.Services.GetService(typeof(IHostApplicationLifetime))!;
            // A host that is told to stop while it starts throws; so it may finish that first.
            lifetime.ApplicationStarted.WaitHandle.WaitOne(Patience / 2);
            lifetime.StopApplication();
        }
        catch (ObjectDisposedException)
        {
            // It has stopped by itself: the process ends, or builds another, which is stopped in its turn.
        }
    }

    [DllImport("libc", EntryPoint = "setpgid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetProcessGroup(int process, int group);

    /// <summary>
    /// Catches the service's host when it is built: the generic host tells of it by this event. A service that begins
    /// anew builds one after the other; the last is the one to stop.
    /// </summary>
    private sealed class HostObserver : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
    {
        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == "Microsoft.Extensions.Hosting")
            {
                value.Subscribe(this);
            }
        }

        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (value.Key == "HostBuilt")
            {
                _host = (IHost?)value.Value;
                if (_inputEnded && _host is { } late)
                {
                    new Thread(() => Stop(late)) { IsBackground = true }.Start();
                }
            }
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }
    }
}
