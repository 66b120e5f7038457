using System.ComponentModel;
using System.Diagnostics;
using Microsoft.Extensions.Configuration;

namespace SseAspire.AppHost;

/// <summary>Docker or Podman on this machine.</summary>
internal static class ContainerEngine
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>Returns whether an engine answers. The client alone, without an engine, is not enough.</summary>
    /// <remarks>Runs the same command as Aspire's orchestrator, so that both find the same.</remarks>
    public static bool Answers(IConfiguration configuration)
    {
        var chosen = configuration["ASPIRE_CONTAINER_RUNTIME"] ?? configuration["DOTNET_ASPIRE_CONTAINER_RUNTIME"];
        string[] engines = chosen is null ? ["docker", "podman"] : [chosen];
        return engines.AsParallel().Any(Answers);
    }

    private static bool Answers(string engine)
    {
        try
        {
            using var client = Process.Start(new ProcessStartInfo(engine, ["container", "ls", "-n", "1"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            client.BeginOutputReadLine();
            client.BeginErrorReadLine();
            if (client.WaitForExit(Timeout))
            {
                return client.ExitCode == 0;
            }

            client.Kill();
            return false;
        }
        catch (Win32Exception)
        {
            // Not installed.
            return false;
        }
    }
}
