using Microsoft.Extensions.Diagnostics.HealthChecks;
using SseAspire.ServiceDefaults;
using StackExchange.Redis;

namespace SseAspire.Broker;

/// <summary>
/// Whether Redis answers, and where it does not, since when and why, in words that hold no address and no
/// credential.
/// </summary>
internal sealed class RedisHealth : IHealthCheck, IDisposable
{
    private readonly IConnectionMultiplexer _redis;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private DateTimeOffset? _awaySince;

    public RedisHealth(IConnectionMultiplexer redis, TimeProvider time)
    {
        (_redis, _time) = (redis, time);
        // Told by the connection, since nobody may have asked when it broke.
        redis.ConnectionFailed += OnFailed;
        redis.ConnectionRestored += OnRestored;
    }

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await _redis.GetDatabase().PingAsync().WaitAsync(cancellationToken);
            MarkBack();
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && BrokerUnavailableException.Covers(e))
        {
            return HealthReportBody.Since(HealthStatus.Unhealthy, $"Redis {Describe(e)}", MarkAway());
        }
    }

    public void Dispose()
    {
        _redis.ConnectionFailed -= OnFailed;
        _redis.ConnectionRestored -= OnRestored;
    }

    private void OnFailed(object? sender, ConnectionFailedEventArgs connection)
    {
        if (connection.ConnectionType == ConnectionType.Interactive)
        {
            MarkAway();
        }
    }

    private void OnRestored(object? sender, ConnectionFailedEventArgs connection)
    {
        if (connection.ConnectionType == ConnectionType.Interactive)
        {
            MarkBack();
        }
    }

    private void MarkBack()
    {
        lock (_lock)
        {
            _awaySince = null;
        }
    }

    private DateTimeOffset MarkAway()
    {
        lock (_lock)
        {
            return _awaySince ??= _time.GetUtcNow();
        }
    }

    // The client's own messages name addresses, and a server's may: only what is bounded is repeated.
    private static string Describe(Exception e) => e switch
    {
        RedisConnectionException { FailureType: ConnectionFailureType.AuthenticationFailure } => "refuses the credentials",
        RedisServerException => $"refuses: {Refusal.CodeOf(e)}",
        RedisTimeoutException or TimeoutException => "does not answer in time",
        _ => "cannot be reached",
    };
}
