using System.Globalization;
using StackExchange.Redis;

namespace SseAspire.EmbeddedRedis.Tests;

public sealed class EmbeddedRedisServerTests
{
    // Patient, because the machines that tests run on are often busy.
    private static Task<ConnectionMultiplexer> ConnectAsync(EmbeddedRedisServer server) =>
        ConnectionMultiplexer.ConnectAsync(server.ConnectionString + ",asyncTimeout=60000");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public void A_port_that_is_taken_is_one_clear_error()
    {
        using var first = EmbeddedRedisServer.Start();

        var error = Assert.Throws<PortTakenException>(() => EmbeddedRedisServer.Start(first.Port));

        Assert.Equal(first.Port, error.Port);
        Assert.Contains($"{first.Port}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disposed_server_frees_its_port_and_leaves_no_file()
    {
        var before = Files();
        var server = EmbeddedRedisServer.Start();
        await using (var client = await RespConnection.OpenAsync(server.ConnectionString))
        {
            await client.SendAsync("XADD", "s", "1-1", "f", "v");
            await client.SendAsync("SET", "key", "value");
            Assert.Equal(":1", await client.SendAsync("XLEN", "s"));
        }

        server.Dispose();

        using (EmbeddedRedisServer.Start(server.Port))
        {
        }

        Assert.Empty(Files().Except(before));

        static List<string> Files() => [.. Directory.GetFileSystemEntries(Directory.GetCurrentDirectory())];
    }

    [Fact]
    public async Task Two_servers_share_nothing()
    {
        using var one = EmbeddedRedisServer.Start();
        using var other = EmbeddedRedisServer.Start();
        await using var toOne = await RespConnection.OpenAsync(one.ConnectionString);
        await using var toOther = await RespConnection.OpenAsync(other.ConnectionString);

        await toOne.SendAsync("XADD", "s", "1-1", "f", "v");

        Assert.Equal(":0", await toOther.SendAsync("XLEN", "s"));
    }

    [Theory]
    [InlineData(1000, 1024)]
    [InlineData(20, 65_536)]
    [InlineData(2, 8_000_000)]
    public async Task A_reply_larger_than_any_buffer_arrives_whole(int count, int size)
    {
        using var server = EmbeddedRedisServer.Start();
        await using var client = await ConnectAsync(server);
        var db = client.GetDatabase();
        var data = Enumerable.Range(0, count).Select(i =>
        {
            var bytes = new byte[size];
            new Random(i).NextBytes(bytes);
            return bytes;
        }).ToArray();
        foreach (var bytes in data)
        {
            await db.StreamAddAsync("s", "data", bytes);
        }

        var entries = await db.StreamRangeAsync("s");

        Assert.Equal(count, entries.Length);
        // One comparison for the whole: xunit's own takes a minute for megabytes.
        Assert.True(data.Zip(entries, (bytes, entry) => bytes.AsSpan().SequenceEqual((byte[])entry["data"]!)).All(same => same));
    }

    [Fact]
    public async Task What_a_client_library_asks_of_a_stream_is_answered()
    {
        using var server = EmbeddedRedisServer.Start();
        await using var client = await ConnectAsync(server);
        var db = client.GetDatabase();

        var first = await db.StreamAddAsync("s", [new("topic", "a"), new("data", "1")], maxLength: 10, useApproximateMaxLength: true);
        var last = await db.StreamAddAsync("s", "data", "2");

        Assert.Equal(["1", "2"], (await db.StreamRangeAsync("s", first, last)).Select(entry => (string)entry["data"]!));
        Assert.Equal(last, Assert.Single(await db.StreamRangeAsync("s", count: 1, messageOrder: Order.Descending)).Id);
        var info = await db.StreamInfoAsync("s");
        Assert.Equal(2, info.Length);
        Assert.Equal((string?)last, (string?)info.LastGeneratedId);
        Assert.Equal(first, info.FirstEntry.Id);
        Assert.Equal(last, info.LastEntry.Id);
        Assert.Equal(1, await db.StreamDeleteAsync("s", [first]));
        Assert.Equal(1, await db.StreamTrimAsync("s", 0));
        Assert.Equal(0, await db.StreamLengthAsync("s"));
    }

    [Fact]
    public async Task A_key_in_use_outlives_any_number_of_others()
    {
        using var server = EmbeddedRedisServer.Start();
        await using var client = await ConnectAsync(server);
        var db = client.GetDatabase();
        await db.StringSetAsync("epoch", "1");
        var filler = new byte[4000];
        for (var batch = 0; batch < 100; batch++)
        {
            await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => db.StringSetAsync($"{batch}/{i}", filler)));
            Assert.Equal("1", await db.StringGetAsync("epoch"));
            Assert.Equal($"1-{batch}", (string?)await db.StreamAddAsync("log", "batch", batch, "1-*"));
        }

        Assert.Equal(100, await db.StreamLengthAsync("log"));
        // The others are forgotten, so the memory was indeed used up.
        Assert.False(await db.KeyExistsAsync("0/0"));
    }

    [Fact]
    public async Task Readers_beside_a_writer_that_trims_see_whole_entries_without_holes()
    {
        const int Events = 20_000, Kept = 500;
        using var server = EmbeddedRedisServer.Start();
        await using var writer = await ConnectAsync(server);
        await writer.GetDatabase().StreamAddAsync("s", "data", "0", "1-0");
        using var done = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);

        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            await using var connection = await ConnectAsync(server);
            var reads = 0;
            while (!done.IsCancellationRequested)
            {
                var entries = await connection.GetDatabase().StreamRangeAsync("s");
                var start = Sequence(entries[0].Id);
                Assert.Equal(Enumerable.Range(0, entries.Length).Select(i => start + i), entries.Select(entry => Sequence(entry.Id)));
                Assert.All(entries, entry => Assert.Equal(Sequence(entry.Id), (long)entry["data"]));
                reads++;
            }

            return reads;
        })).ToArray();
        var appends = Enumerable.Range(1, Events).Select(i =>
            (Task)writer.GetDatabase().ExecuteAsync("XADD", "s", "MAXLEN", "~", Kept, "1-*", "data", i)).ToArray();
        await Task.WhenAll(appends);
        await done.CancelAsync();

        Assert.All(await Task.WhenAll(readers), reads => Assert.True(reads > 0));

        static long Sequence(RedisValue id) => long.Parse(((string)id!).AsSpan(2), CultureInfo.InvariantCulture);
    }
}
