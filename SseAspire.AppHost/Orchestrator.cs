using System.ComponentModel;
using System.Diagnostics;

namespace SseAspire.AppHost;

/// <summary>The processes of Aspire's orchestrator (DCP), which are no children of the AppHost.</summary>
internal static class Orchestrator
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Returns when they have ended, at the latest after <see cref="Timeout"/>. They end up to two seconds after the
    /// application is disposed; a start within that time would find its ports in use.
    /// </summary>
    public static async Task WaitForExitAsync()
    {
        using var self = Process.GetCurrentProcess();
        var processes = Process.GetProcessesByName("dcp").Where(process => StartedAfter(process, self.StartTime)).ToArray();
        var waiting = Stopwatch.GetTimestamp();
        // Polled: the exit of a process that is no child is not signalled.
        while (!processes.All(process => process.HasExited) && Stopwatch.GetElapsedTime(waiting) < Timeout)
        {
            await Task.Delay(PollInterval);
        }
    }

    private static bool StartedAfter(Process process, DateTime time)
    {
        try
        {
            return process.StartTime >= time;
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException)
        {
            // Another user's process, or one that has just ended.
            return false;
        }
    }
}
