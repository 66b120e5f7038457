using System.Text.RegularExpressions;
using SseAspire.EmbeddedRedis;
using SseAspire.Testing;

namespace SseAspire.EmbeddedRedis.Tests;

/// <summary>A real and an embedded Redis that are asked the same and must answer the same.</summary>
internal sealed partial class SideBySide : IAsyncDisposable
{
    private readonly RedisServer _redis;
    private readonly EmbeddedRedisServer _embedded;

    private SideBySide(RedisServer redis, EmbeddedRedisServer embedded, RespConnection toRedis, RespConnection toEmbedded)
    {
        _redis = redis;
        _embedded = embedded;
        ToRedis = toRedis;
        ToEmbedded = toEmbedded;
    }

    public RespConnection ToRedis { get; }

    public RespConnection ToEmbedded { get; }

    public static async Task<SideBySide> StartAsync()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        var redis = await RedisServer.LaunchAsync(cancellationToken: TestContext.Current.CancellationToken);
        var embedded = EmbeddedRedisServer.Start();
        return new SideBySide(
            redis,
            embedded,
            await RespConnection.OpenAsync(redis.ConnectionString),
            await RespConnection.OpenAsync(embedded.ConnectionString));
    }

    /// <summary>Sends the command to both and asserts that the replies are one.</summary>
    /// <returns>The reply.</returns>
    public async Task<string> SameAsync(params string[] command)
    {
        var expected = await ToRedis.SendAsync(command);
        var actual = await ToEmbedded.SendAsync(command);
        Assert.True(
            Comparable(expected) == Comparable(actual),
            $"{string.Join(' ', command)}\nRedis answers    {expected}\nembedded answers {actual}");
        return actual;
    }

    public async ValueTask DisposeAsync()
    {
        await ToRedis.DisposeAsync();
        await ToEmbedded.DisposeAsync();
        _embedded.Dispose();
        await _redis.DisposeAsync();
    }

    // How Redis lays a stream out in memory is its own business.
    private static string Comparable(string reply) => RadixTree().Replace(reply, "");

    [GeneratedRegex(@"\$radix-tree-(keys|nodes), :\d+, ")]
    private static partial Regex RadixTree();
}
