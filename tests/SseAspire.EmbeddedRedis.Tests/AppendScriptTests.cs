using SseAspire.Testing;
using StackExchange.Redis;

namespace SseAspire.EmbeddedRedis.Tests;

/// <summary>What the log's append asks of a broker: one script that checks, remembers, appends and wakes.</summary>
public abstract class AppendScriptTests(TestBroker broker)
{
    private const string Script = """
        if redis.call('GET', KEYS[1]) ~= ARGV[1] then
            -- Not redis.error_reply: Garnet puts ERR before its text.
            return { err = 'EPOCH is another one' }
        end
        local done = redis.call('GET', KEYS[3])
        if done then
            return { 'done before', done }
        end
        local ids = {}
        for i = 4, #ARGV do
            local entry = { 'XADD', KEYS[2], 'MAXLEN', '~', ARGV[2], ARGV[1] .. '-*', 'topic', 'orders/1', 'data', ARGV[i] }
            ids[#ids + 1] = redis.call(unpack(entry))
        end
        redis.call('SET', KEYS[3], ids[#ids], 'PX', '60000')
        redis.call('PUBLISH', ARGV[3], '')
        return ids
        """;

    private const string Epoch = "1700000000000";

    private readonly string _name = Guid.NewGuid().ToString("N");
    // Patient, because the machines that tests run on are often busy.
    private readonly string _connectionString = broker.ConnectionString + ",asyncTimeout=60000";

    private RedisKey EpochKey => $"{{{_name}}}:epoch";

    private RedisKey LogKey => $"{{{_name}}}:log";

    [Fact]
    public async Task A_batch_gets_ids_without_holes_and_wakes_the_subscribers()
    {
        await using var client = await ConnectionMultiplexer.ConnectAsync(_connectionString);
        var db = client.GetDatabase();
        var woken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await client.GetSubscriber().SubscribeAsync(RedisChannel.Literal(_name), (_, _) => woken.TrySetResult());
        await db.StringSetAsync(EpochKey, Epoch);

        var ids = await AppendAsync(db, "once", Enumerable.Range(0, 1000).Select(i => $"{i}"));

        Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"{Epoch}-{i}"), ids);
        await woken.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        var entries = await db.StreamRangeAsync(LogKey);
        Assert.Equal(ids, entries.Select(entry => (string)entry.Id!));
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"{i}"), entries.Select(entry => (string)entry["data"]!));
    }

    [Fact]
    public async Task An_append_that_is_repeated_appends_nothing()
    {
        await using var client = await ConnectionMultiplexer.ConnectAsync(_connectionString);
        var db = client.GetDatabase();
        await db.StringSetAsync(EpochKey, Epoch);

        await AppendAsync(db, "same", ["a", "b"]);
        var again = await AppendAsync(db, "same", ["a", "b"]);

        Assert.Equal(["done before", $"{Epoch}-1"], again);
        Assert.Equal(2, await db.StreamLengthAsync(LogKey));
    }

    [Fact]
    public async Task An_append_of_another_epoch_fails_with_the_scripts_own_error()
    {
        await using var client = await ConnectionMultiplexer.ConnectAsync(_connectionString);
        var db = client.GetDatabase();
        await db.StringSetAsync(EpochKey, "1");

        var error = await Assert.ThrowsAsync<RedisServerException>(() => AppendAsync(db, "x", ["a"]));

        Assert.StartsWith("EPOCH", error.Message, StringComparison.Ordinal);
        Assert.False(await db.KeyExistsAsync(LogKey));
    }

    [Fact]
    public async Task Eight_clients_append_without_holes_and_no_batch_is_torn_apart()
    {
        const int Clients = 8, Batches = 100, Events = 25;
        await using var first = await ConnectionMultiplexer.ConnectAsync(_connectionString);
        await first.GetDatabase().StringSetAsync(EpochKey, Epoch);

        var batches = (await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(async () =>
        {
            await using var connection = await ConnectionMultiplexer.ConnectAsync(_connectionString);
            var own = new List<string[]>();
            for (var batch = 0; batch < Batches; batch++)
            {
                var name = $"{client}/{batch}";
                own.Add(await AppendAsync(connection.GetDatabase(), name, Enumerable.Range(0, Events).Select(i => $"{name}/{i}")));
            }

            return own;
        })))).SelectMany(own => own).ToList();

        foreach (var ids in batches)
        {
            var start = Sequence(ids[0]);
            Assert.Equal(Enumerable.Range(0, Events).Select(i => start + i), ids.Select(Sequence));
        }

        Assert.Equal(
            Enumerable.Range(0, Clients * Batches * Events).Select(i => (long)i),
            batches.SelectMany(ids => ids).Select(Sequence).Order());
        var log = await first.GetDatabase().StreamRangeAsync(LogKey);
        Assert.Equal(Enumerable.Range(0, Clients * Batches * Events).Select(i => (long)i), log.Select(entry => Sequence(entry.Id!)));

        static long Sequence(string id) => long.Parse(id.AsSpan(id.IndexOf('-') + 1), null);
    }

    private async Task<string[]> AppendAsync(IDatabase db, string attempt, IEnumerable<string> data) =>
        (string[])(await db.ScriptEvaluateAsync(
            Script,
            [EpochKey, LogKey, $"{{{_name}}}:{attempt}"],
            [Epoch, 100_000, _name, .. data.Select(text => (RedisValue)text)]))!;
}

public sealed class AppendScriptOnRedis(RealBroker broker) : AppendScriptTests(broker), IClassFixture<RealBroker>;

public sealed class AppendScriptOnEmbedded(EmbeddedBroker broker) : AppendScriptTests(broker), IClassFixture<EmbeddedBroker>;
