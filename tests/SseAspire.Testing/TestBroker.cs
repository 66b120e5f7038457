using SseAspire.EmbeddedRedis;
using Xunit;
using Xunit.v3;

namespace SseAspire.Testing;

/// <summary>
/// A Redis for a test class, real or embedded. What both must do is written once, as an abstract class,
/// and run on each:
/// <code>
/// public abstract class LogContract(TestBroker broker) { … }
/// public sealed class LogOnRedis(RealBroker broker) : LogContract(broker), IClassFixture&lt;RealBroker&gt;;
/// public sealed class LogOnEmbedded(EmbeddedBroker broker) : LogContract(broker), IClassFixture&lt;EmbeddedBroker&gt;;
/// </code>
/// </summary>
public abstract class TestBroker : IAsyncLifetime
{
    /// <summary>What StackExchange.Redis connects with. Skips the test that asks where the broker cannot run.</summary>
    public abstract string ConnectionString { get; }

    /// <inheritdoc />
    public abstract ValueTask InitializeAsync();

    /// <inheritdoc />
    public abstract ValueTask DisposeAsync();
}

/// <summary>A real <c>redis-server</c> without persistence; its tests are skipped where there is none.</summary>
public sealed class RealBroker : TestBroker
{
    private RedisServer? _server;

    /// <inheritdoc />
    // The text by which xunit knows a skipped test; Assert.Skip is in a package that only test projects have.
    public override string ConnectionString =>
        _server?.ConnectionString ?? throw new InvalidOperationException(DynamicSkipToken.Value + RedisServer.SkipReason);

    /// <inheritdoc />
    public override async ValueTask InitializeAsync()
    {
        if (RedisServer.IsInstalled)
        {
            _server = await RedisServer.LaunchAsync();
        }
    }

    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}

/// <summary>The embedded Redis.</summary>
public sealed class EmbeddedBroker : TestBroker
{
    private EmbeddedRedisServer? _server;

    /// <inheritdoc />
    public override string ConnectionString => _server!.ConnectionString;

    /// <inheritdoc />
    public override ValueTask InitializeAsync()
    {
        _server = EmbeddedRedisServer.Start();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public override ValueTask DisposeAsync()
    {
        _server?.Dispose();
        return ValueTask.CompletedTask;
    }
}
