using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace SseAspire.Benchmarks.Servers;

/// <summary>A server on .NET, which tells what it has allocated.</summary>
internal abstract class DotnetServer : ServerProcess
{
    private readonly BlockingCollection<string> _probes = [];

    /// <param name="assembly">What <c>dotnet</c> runs.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Its settings, over those that all servers have in common.</param>
    protected DotnetServer(string assembly, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment)
        : this(FreeAddress(), assembly, arguments, environment)
    {
    }

    private DotnetServer(
        IPEndPoint address, string assembly, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment)
        : base(address, Prepare(address, assembly, arguments, environment))
    {
    }

    /// <summary>The host that runs this program runs the servers too.</summary>
    public static string Dotnet => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    /// <inheritdoc />
    public override Allocation? Allocation
    {
        get
        {
            WriteLine();
            if (!_probes.TryTake(out var probe, TimeSpan.FromSeconds(10)))
            {
                throw Failed("does not tell what it has allocated");
            }

            var figures = probe.Split(' ');
            return new Allocation(
                long.Parse(figures[1], CultureInfo.InvariantCulture), int.Parse(figures[2], CultureInfo.InvariantCulture));
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _probes.Dispose();
    }

    protected override bool TakeAnswer(string line)
    {
        if (!line.StartsWith(StartupHook.Answer, StringComparison.Ordinal))
        {
            return false;
        }

        _probes.TryAdd(line);
        return true;
    }

    private static ProcessStartInfo Prepare(
        IPEndPoint address, string assembly, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> own)
    {
        var start = new ProcessStartInfo(Dotnet, [assembly, .. arguments]) { WorkingDirectory = Path.GetDirectoryName(assembly)! };
        foreach (var name in start.Environment.Keys.ToArray())
        {
            // Telemetry stays off, and how this process polls its sockets is not for the servers.
            if (name.StartsWith("OTEL_", StringComparison.Ordinal) || name.StartsWith("DOTNET_SYSTEM_NET_SOCKETS", StringComparison.Ordinal))
            {
                start.Environment.Remove(name);
            }
        }

        foreach (var (name, value) in Common(address).Concat(own))
        {
            start.Environment[name] = value;
        }

        if (assembly == typeof(DotnetServer).Assembly.Location)
        {
            // The servers that are this program have what web projects have by default; the hub has what it ships with.
            start.Environment.TryAdd("DOTNET_gcServer", "1");
        }

        return start;
    }

    private static Dictionary<string, string> Common(IPEndPoint address) => new()
    {
        ["ASPNETCORE_URLS"] = $"http://{address}",
        ["ASPNETCORE_ENVIRONMENT"] = "Production",
        ["DOTNET_ENVIRONMENT"] = "Production",
        ["Logging__LogLevel__Default"] = "Warning",
        ["Logging__LogLevel__Microsoft.AspNetCore"] = "Warning",
        ["DOTNET_STARTUP_HOOKS"] = typeof(DotnetServer).Assembly.Location,
    };
}
