using System.Runtime.InteropServices;
using SseAspire.Benchmarks.Servers;

namespace SseAspire.Benchmarks.Report;

/// <summary>Where the measurement ran and on what.</summary>
internal static class Machine
{
    private const string CpuInfo = "/proc/cpuinfo";

    public static string Processor => File.Exists(CpuInfo)
        ? File.ReadLines(CpuInfo).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim()
            ?? RuntimeInformation.ProcessArchitecture.ToString()
        : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();

    public static string Describe() =>
        $"{Processor}, {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, "
        + $"{RuntimeInformation.FrameworkDescription}, server GC {(ServerGc ? "on" : "off")}, broker {Broker.Name}";

    /// <summary>Whether the servers collect with the server's collector.</summary>
    public static bool ServerGc => Environment.GetEnvironmentVariable("DOTNET_gcServer") is not "0";
}
