using SseAspire.Testing;

namespace SseAspire.Benchmarks.Servers;

/// <summary>The broker of one measurement: a real Redis where one is installed, else the embedded one.</summary>
internal abstract class Broker : IDisposable
{
    /// <summary>Which one it is going to be.</summary>
    public static string Name => RedisServer.IsInstalled ? "redis-server" : "embedded";

    public abstract string ConnectionString { get; }

    public static Broker Start() => RedisServer.IsInstalled ? new InstalledBroker() : new EmbeddedBroker();

    public abstract void Dispose();

    private sealed class InstalledBroker : Broker
    {
        private readonly RedisServer _server = RedisServer.LaunchAsync().GetAwaiter().GetResult();

        public override string ConnectionString => _server.ConnectionString;

        public override void Dispose() => _server.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
