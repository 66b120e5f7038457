using System.Runtime.InteropServices;
using SseAspire.Benchmarks.Servers;

namespace SseAspire.Benchmarks.Report;

/// <summary>Where the measurement ran, on what, and how busy it was.</summary>
/// <param name="Processor">Its model.</param>
/// <param name="Cores">How many of them there are.</param>
/// <param name="System">The operating system, with the version of its kernel.</param>
/// <param name="Runtime">The version of .NET.</param>
/// <param name="Broker">The hub's broker, with its version.</param>
/// <param name="Rivals">The versions of what is measured beside the hub and not part of .NET.</param>
/// <param name="LoadAverage">The mean number of threads that wanted to run in the minute before; null where the system does not tell.</param>
internal sealed record Machine(
    string Processor,
    int Cores,
    string System,
    string Runtime,
    string Broker,
    IReadOnlyList<string> Rivals,
    string? LoadAverage)
{
    private const string CpuInfo = "/proc/cpuinfo";
    private const string LoadInfo = "/proc/loadavg";

    /// <summary>This machine, now.</summary>
    public static Machine Read(IEnumerable<ServerKind> servers) => new(
        ReadProcessor(),
        Environment.ProcessorCount,
        $"{RuntimeInformation.OSDescription}, kernel {Environment.OSVersion.Version}",
        RuntimeInformation.FrameworkDescription,
        Servers.Broker.Name,
        [.. servers.Select(ServerProcess.VersionOf).OfType<string>()],
        File.Exists(LoadInfo) ? File.ReadAllText(LoadInfo).Split(' ')[0] : null);

    public override string ToString() =>
        $"{Processor}, {Cores} cores, {System}, {Runtime}, {string.Join(", ", Rivals.Prepend(Broker))}"
        + (LoadAverage is null ? "" : $", load average {LoadAverage}");

    private static string ReadProcessor() => File.Exists(CpuInfo)
        ? File.ReadLines(CpuInfo).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim()
            ?? RuntimeInformation.ProcessArchitecture.ToString()
        : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();
}
