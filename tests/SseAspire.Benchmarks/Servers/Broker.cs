using System.Globalization;
using System.Net.Sockets;
using SseAspire.Testing;

namespace SseAspire.Benchmarks.Servers;

/// <summary>The broker of one measurement: a real Redis where one is installed, else the embedded one.</summary>
internal abstract class Broker : IDisposable
{
    /// <summary>Which one it is going to be, with its version.</summary>
    public static string Name => RedisServer.IsInstalled
        // "Redis server v=7.0.15 sha=00000000:0 …"
        ? $"redis-server {Executable.Output("redis-server", "--version").Split("v=")[^1].Split(' ')[0]}"
        : "embedded broker";

    public abstract string ConnectionString { get; }

    public static Broker Start() => RedisServer.IsInstalled ? new InstalledBroker() : new EmbeddedBroker();

    /// <summary>How often entries have been read from a stream; null where it does not tell.</summary>
    public abstract long? CountReads();

    public abstract void Dispose();

    private sealed class InstalledBroker : Broker
    {
        private readonly RedisServer _server = RedisServer.LaunchAsync().GetAwaiter().GetResult();

        public override string ConnectionString => _server.ConnectionString;

        public override long? CountReads() => CommandStatistics
            .Where(line => line.StartsWith("cmdstat_xrange:", StringComparison.Ordinal)
                || line.StartsWith("cmdstat_xrevrange:", StringComparison.Ordinal)
                || line.StartsWith("cmdstat_xread:", StringComparison.Ordinal))
            .Sum(line => long.Parse(line.Split('=', ',')[1], CultureInfo.InvariantCulture));

        // "cmdstat_xrange:calls=12,usec=345,…"
        private IEnumerable<string> CommandStatistics
        {
            get
            {
                using var connection = new TcpClient("127.0.0.1", _server.Port);
                using var stream = connection.GetStream();
                stream.Write("INFO commandstats\r\nQUIT\r\n"u8);
                return new StreamReader(stream).ReadToEnd().Split("\r\n");
            }
        }

        public override void Dispose() => _server.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
