using System.Diagnostics;
using SseAspire.EmbeddedRedis;

namespace SseAspire.Benchmarks.Servers;

/// <summary>The embedded broker in a process of its own, so that it takes no time of the readers.</summary>
internal sealed class EmbeddedBroker : Broker
{
    /// <summary>The argument that makes this program the broker.</summary>
    public const string Role = "embedded-broker";

    private readonly Process _process;

    public EmbeddedBroker()
    {
        var start = new ProcessStartInfo(DotnetServer.Dotnet, [typeof(EmbeddedBroker).Assembly.Location, Role])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        _process = Process.Start(start)!;
        ConnectionString = _process.StandardOutput.ReadLine() ?? throw new BenchmarkException("The embedded broker does not come up.");
    }

    public override string ConnectionString { get; }

    public override long? CountReads() => null;

    /// <summary>Is the broker, until its standard input ends.</summary>
    public static void Run()
    {
        using var server = EmbeddedRedisServer.Start();
        Console.WriteLine(server.ConnectionString);
        Console.In.ReadToEnd();
    }

    public override void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
