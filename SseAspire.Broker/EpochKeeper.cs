using StackExchange.Redis;

namespace SseAspire.Broker;

/// <summary>
/// Decides which epoch the log is in, and lets appends run only after that is decided.
/// </summary>
/// <remarks>
/// The epoch changes when the log may have lost its tail: another Redis process answers than the one that
/// confirmed the epoch, unless it is the same server restarted, which wrote every append to disk
/// (<c>appendonly yes</c>, <c>appendfsync always</c>); or the record is gone (flushed); or the log does not
/// fit its record (deleted alone, appended to by hand). Redis 7 or later: earlier ones keep scripts over a
/// restart, and know no partial ids. Not thread-safe: an appender has its own.
/// </remarks>
internal sealed class EpochKeeper(IConnectionMultiplexer redis, LogKeys keys, TimeProvider time)
{
    private static readonly string AppendScript = ReadScript("Append.lua");

    // Replaces the record only where it is still the one that the decision was made on.
    private const string ReplaceScript = """
        if (redis.call('GET', KEYS[1]) or '') == ARGV[1] then
          redis.call('SET', KEYS[1], ARGV[2])
          return 1
        end
        return 0
        """;

    /// <summary>The latest epoch this process has seen, for when Redis has forgotten all of them.</summary>
    private ulong _latest;

    /// <summary>
    /// Confirms the epoch on the Redis that answers now, or begins a new one, and loads the append script.
    /// </summary>
    /// <returns>The record and the script's SHA-1.</returns>
    public async Task<(EpochRecord Record, byte[] Script)> EstablishAsync()
    {
        var database = redis.GetDatabase();
        while (true)
        {
            var server = redis.GetServer(
                await database.IdentifyEndpointAsync(keys.Log)
                ?? throw new RedisConnectionException(ConnectionFailureType.UnableToResolvePhysicalConnection, "no Redis is connected"));
            var run = await ReadRunAsync(server);
            var durable = await IsDurableAsync(server);

            string? text = await database.StringGetAsync(keys.Epoch);
            var log = await LogExtent.ReadAsync(database, keys.Log);
            var decided = Decide(EpochRecord.Parse(text), log, run, durable);
            if (decided.ToString() != text
                && (int)await database.ScriptEvaluateAsync(ReplaceScript, [keys.Epoch], [text ?? "", decided.ToString()]) == 0)
            {
                continue;
            }

            _latest = decided.Epoch;
            var script = await LoadAsync(server, AppendScript);

            // Run ids do not come back. So if the run is the same before and after, the script was loaded
            // into the very process that the epoch was confirmed on.
            if (await ReadRunAsync(server) == run)
            {
                return (decided, script);
            }
        }
    }

    private EpochRecord Decide(EpochRecord? known, LogExtent? log, string run, bool durable)
    {
        if (known is { } record && record.Fits(log) && (record.Run == run || (record.Durable && durable)))
        {
            return record with { Run = run, Durable = durable };
        }

        // Later than all that went before, even where the clock was set back: Redis refuses smaller ids,
        // and readers would take them for old ones.
        var before = Math.Max(_latest, Math.Max(known?.Epoch ?? 0, log?.Last.Epoch ?? 0));
        var epoch = Math.Max((ulong)time.GetUtcNow().ToUnixTimeMilliseconds(), before + 1);
        return new EpochRecord(epoch, run, durable, IsNew: true);
    }

    private static async Task<string> ReadRunAsync(IServer server) =>
        await ReadInfoAsync(server, "server", "run_id")
        ?? throw new RedisServerException("INFO server has no run_id, so restarts cannot be told");

    private static async Task<bool> IsDurableAsync(IServer server)
    {
        if (await ReadInfoAsync(server, "persistence", "aof_enabled") is not "1")
        {
            return false;
        }

        // A replica that is promoted has its own disk, which lacks what the former master answered for and
        // had not sent yet. So only a server that has no replicas, and never was one, is trusted.
        if (await ReadInfoAsync(server, "replication", "connected_slaves") is not "0"
            || (await ReadInfoAsync(server, "replication", "master_replid2"))?.Trim('0') is not "")
        {
            return false;
        }

        try
        {
            return (string[]?)await server.ExecuteAsync("CONFIG", "GET", "appendfsync") is [_, "always"];
        }
        catch (RedisServerException)
        {
            // Managed services forbid CONFIG. Not knowing means not trusting.
            return false;
        }
    }

    // INFO and SCRIPT go out as they are: the client's own methods for them ask for its admin mode, which
    // would allow far more than is needed.
    private static async Task<string?> ReadInfoAsync(IServer server, string section, string field)
    {
        var info = (string?)await server.ExecuteAsync("INFO", section) ?? "";
        foreach (var line in info.Split('\n'))
        {
            if (line.StartsWith(field, StringComparison.Ordinal) && line.AsSpan(field.Length) is [':', .. var value])
            {
                return value.TrimEnd('\r').ToString();
            }
        }

        return null;
    }

    private static async Task<byte[]> LoadAsync(IServer server, string script) =>
        Convert.FromHexString((string?)await server.ExecuteAsync("SCRIPT", "LOAD", script) ?? "");

    private static string ReadScript(string name)
    {
        using var reader = new StreamReader(
            typeof(EpochKeeper).Assembly.GetManifestResourceStream($"{typeof(EpochKeeper).Namespace}.{name}")!);
        return reader.ReadToEnd();
    }
}
