using SseAspire.Testing;
using StackExchange.Redis;

namespace SseAspire.EmbeddedRedis.Tests;

public sealed class RedisServerTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(RedisPersistence.EveryWrite, "kept")]
    [InlineData(RedisPersistence.None, null)]
    public async Task A_killed_server_comes_back_on_its_port_with_what_its_persistence_promises(
        RedisPersistence persistence, string? expected)
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        await using var server = await RedisServer.LaunchAsync(persistence, Cancelled);
        await using (var before = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString))
        {
            await before.GetDatabase().StringSetAsync("key", "kept");
        }

        var port = server.Port;
        await server.KillAsync();
        await server.StartAsync(Cancelled);

        Assert.Equal(port, server.Port);
        await using var after = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString);
        Assert.Equal(expected, await after.GetDatabase().StringGetAsync("key"));
    }

    [Fact]
    public async Task A_paused_server_answers_when_it_is_resumed()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        await using var server = await RedisServer.LaunchAsync(cancellationToken: Cancelled);
        await using var client = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString);
        server.Pause();

        var ping = client.GetDatabase().PingAsync();
        await Task.Delay(200, Cancelled);
        Assert.False(ping.IsCompleted);

        server.Resume();
        await ping.WaitAsync(TimeSpan.FromSeconds(10), Cancelled);
    }

    [Fact]
    public async Task A_disposed_server_leaves_no_folder_behind()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        var server = await RedisServer.LaunchAsync(RedisPersistence.EveryWrite, Cancelled);
        string folder;
        await using (var client = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString))
        {
            folder = (string)(await client.GetDatabase().ExecuteAsync("CONFIG", "GET", "dir"))[1]!;
        }

        Assert.True(Directory.Exists(folder));
        await server.DisposeAsync();
        Assert.False(Directory.Exists(folder));
    }
}
