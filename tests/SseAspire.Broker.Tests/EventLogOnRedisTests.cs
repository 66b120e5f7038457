using SseAspire.Testing;

namespace SseAspire.Broker.Tests;

/// <summary>The log's contract on the real redis-server.</summary>
public sealed class EventLogOnRedisTests(EventLogOnRedisTests.Server server) : EventLogContract, IClassFixture<EventLogOnRedisTests.Server>
{
    protected override string ConnectionString
    {
        get
        {
            Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
            return server.ConnectionString;
        }
    }

    /// <summary>One server for the whole class; each test has a hub of its own on it.</summary>
    public sealed class Server : IAsyncLifetime
    {
        private RedisServer? _server;

        public string ConnectionString => _server!.ConnectionString;

        public async ValueTask InitializeAsync()
        {
            if (RedisServer.IsInstalled)
            {
                _server = await RedisServer.LaunchAsync();
            }
        }

        public async ValueTask DisposeAsync()
        {
            if (_server is not null)
            {
                await _server.DisposeAsync();
            }
        }
    }
}
