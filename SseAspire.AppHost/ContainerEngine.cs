using System.ComponentModel;
using System.Diagnostics;
using Microsoft.Extensions.Configuration;

namespace SseAspire.AppHost;

/// <summary>Docker or Podman on this machine.</summary>
internal static class ContainerEngine
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Whether one answers: its client alone, without the engine, is not enough.</summary>
    /// <remarks>Asks as Aspire's orchestrator does, so that both find the same.</remarks>
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
            if (client.WaitForExit(Patience))
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
