using StackExchange.Redis;

namespace SseAspire.Broker;

/// <summary>
/// Decides which epoch the log is in, and lets appends run only after that is decided.
/// </summary>
/// <remarks>
/// The epoch changes when the log may have lost its tail: another Redis process answers than the one that
/// confirmed the epoch, unless it is the same server restarted, which wrote every append to disk
/// (<c>appendonly yes</c>, <c>appendfsync always</c>); or the record is gone (flushed); or the log does not
/// fit its record (deleted alone, appended to by hand); or the log lacks what this process has appended or read
/// (a file that was truncated, a disk that did not keep what it confirmed). Redis 7 or later: earlier ones keep scripts
/// over a restart, and know no partial ids. May be used by any thread.
/// </remarks>
internal sealed class EpochKeeper(IConnectionMultiplexer redis, LogKeys keys, NewestKnown newest, TimeProvider time)
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

    private readonly Lock _lock = new();

    /// <summary>The latest epoch this process has seen, for when Redis has forgotten all of them. Guarded by the lock.</summary>
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

            // As bytes: where something else was written here that is no UTF-8, its text would never be equal to it.
            var found = await database.StringGetAsync(keys.Epoch);
            var log = await LogExtent.ReadAsync(database, keys.Log);
            var record = EpochRecord.Parse(found);
            var decided = Decide(record, log, run, durable, record is { } known && await HasLostTailAsync(database, known, log));
            if (decided.ToString() != found
                && (int)await database.ScriptEvaluateAsync(ReplaceScript, [keys.Epoch], [found.IsNull ? "" : found, decided.ToString()]) == 0)
            {
                continue;
            }

            lock (_lock)
            {
                _latest = Math.Max(_latest, decided.Epoch);
            }

            // Another text for each record, so that a server which was a master before, and has the script of that time,
            // does not know this one: the first append to it fails, and whoever loads the script has looked at the epoch.
            var script = await LoadAsync(server, $"{AppendScript}\n-- {decided with { IsNew = false }}");

            // Run ids do not come back. So if the run is the same before and after, the script was loaded
            // into the very process that the epoch was confirmed on.
            if (await ReadRunAsync(server) == run)
            {
                return (decided, script);
            }
        }
    }

    /// <summary>
    /// Begins a new epoch where the log lacks what this process has appended or read. To be called when the connection
    /// was interrupted: a process that only reads would else wait for ids that are given again.
    /// </summary>
    public async Task ConfirmTailAsync()
    {
        var database = redis.GetDatabase();
        string? text = await database.StringGetAsync(keys.Epoch);
        if (EpochRecord.Parse(text) is { } record
            && await HasLostTailAsync(database, record, await LogExtent.ReadAsync(database, keys.Log)))
        {
            await EstablishAsync();
        }
    }

    /// <summary>Whether the log of this epoch, or of an earlier one, lacks an entry that this process knows.</summary>
    private async Task<bool> HasLostTailAsync(IDatabase database, EpochRecord record, LogExtent? log)
    {
        if (newest.Entry is not { } known || record.Epoch > known.Id.Epoch)
        {
            // All that is appended from now on comes after what is known.
            return false;
        }

        if (record.Epoch < known.Id.Epoch || log is null || log.Value.Last < known.Id)
        {
            return true;
        }

        // The log may have been appended to since it lost its tail, by a process that did not know better.
        var id = known.Id.ToString();
        return await database.StreamRangeAsync(keys.Log, id, id) is [var found] && NewestKnown.Differs(known, EntryFields.Read(found));
    }

    private EpochRecord Decide(EpochRecord? known, LogExtent? log, string run, bool durable, bool hasLostTail)
    {
        if (known is { } record && !hasLostTail && record.Fits(log) && (record.Run == run || (record.Durable && durable)))
        {
            return record with { Run = run, Durable = durable };
        }

        // Later than all that went before, even where the clock was set back: Redis refuses smaller ids,
        // and readers would take them for old ones.
        ulong latest;
        lock (_lock)
        {
            latest = _latest;
        }

        var before = Math.Max(Math.Max(latest, newest.Entry?.Id.Epoch ?? 0), Math.Max(known?.Epoch ?? 0, log?.Last.Epoch ?? 0));
        var epoch = Math.Max((ulong)time.GetUtcNow().ToUnixTimeMilliseconds(), before + 1);
        return new EpochRecord(epoch, run, durable, IsNew: true);
    }

    private static async Task<string> ReadRunAsync(IServer server) =>
        await ReadInfoAsync(server, "server", "run_id")
        ?? throw new RedisServerException("INFO server has no run_id, so that restarts cannot be detected");

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
