using SseAspire.EmbeddedRedis;

namespace SseAspire.Broker.Tests;

/// <summary>The log's contract on the embedded Redis.</summary>
public sealed class EventLogOnEmbeddedRedisTests(EventLogOnEmbeddedRedisTests.Server server)
    : EventLogContract, IClassFixture<EventLogOnEmbeddedRedisTests.Server>
{
    protected override string ConnectionString => server.ConnectionString;

    /// <summary>One server for the whole class; each test has a hub of its own on it.</summary>
    public sealed class Server : IDisposable
    {
        private readonly EmbeddedRedisServer _server = EmbeddedRedisServer.Start();

        public string ConnectionString => _server.ConnectionString;

        public void Dispose() => _server.Dispose();
    }
}
