using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using SseAspire.Testing;
using StackExchange.Redis;

namespace SseAspire.Broker.Tests;

/// <summary>What the log promises while Redis dies, forgets, pauses, refuses, or is cut off.</summary>
public sealed class EventLogUnderFailureTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private static Task<RedisServer> LaunchAsync(RedisPersistence persistence = RedisPersistence.None)
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        return RedisServer.LaunchAsync(persistence, Cancelled);
    }

    // Not below three seconds where an append is to succeed as well: a busy disk may take one to fsync.
    private static LogOptions Patient(double seconds)
    {
        var options = OpenedLog.NewHub();
        options.AppendTimeout = TimeSpan.FromSeconds(seconds);
        return options;
    }

    [Fact]
    public async Task With_every_write_on_disk_a_crash_loses_nothing_doubles_nothing_and_keeps_the_epoch()
    {
        await using var server = await LaunchAsync(RedisPersistence.EveryWrite);
        await using var opened = await OpenedLog.OpenAsync(server.ConnectionString, Patient(20));
        var first = await opened.Log.AppendAsync(Sample.Event("first"), Cancelled);
        await using var tail = new Tail(opened.Log, EventId.Earliest);
        var publishers = new Publishers(opened.Log, 4);

        for (var crash = 0; crash < 3; crash++)
        {
            await publishers.ProgressAsync(200, Cancelled);
            await server.KillAsync();
            await Task.Delay(150, Cancelled);
            await server.StartAsync(Cancelled);
        }

        await publishers.ProgressAsync(200, Cancelled);
        await publishers.StopAsync();
        var log = await opened.Log.ReadAllAsync(Cancelled);

        Assert.Equal(0, publishers.Failed);
        Assert.Equal(Enumerable.Range(0, log.Count).Select(i => first with { Sequence = (ulong)i }), log.Select(entry => entry.Id));
        // Equal, not only contained: what was appended a second time by a retry would be here and not there.
        Assert.Equal(
            publishers.Acknowledged.Append((first, "first")).OrderBy(e => e.Item1),
            log.Select(entry => (entry.Id, entry.Text())));
        await tail.ReachesAsync(log[^1].Id);
        Assert.Equal(log.Select(entry => entry.Id), tail.Entries.Select(entry => entry.Id));
    }

    public enum Loss
    {
        Crash,
        FlushAll,
        RecordDeleted,
        LogDeleted,
    }

    [Theory]
    [InlineData(Loss.Crash)]
    [InlineData(Loss.FlushAll)]
    [InlineData(Loss.RecordDeleted)]
    [InlineData(Loss.LogDeleted)]
    public async Task What_was_lost_ends_the_epoch_and_no_id_is_given_twice(Loss loss)
    {
        await using var server = await LaunchAsync();
        var hub = Patient(20);
        await using var opened = await OpenedLog.OpenAsync(server.ConnectionString, hub);
        await using var other = await OpenedLog.OpenAsync(server.ConnectionString, hub);
        await using var reading = await OpenedLog.OpenAsync(server.ConnectionString, hub);
        await using var tail = new Tail(reading.Log, EventId.Earliest);
        Publishers[] publishers = [new(opened.Log, 4), new(other.Log, 4)];

        for (var time = 0; time < 3; time++)
        {
            await publishers[0].ProgressAsync(100, Cancelled);
            await publishers[1].ProgressAsync(100, Cancelled);
            switch (loss)
            {
                case Loss.Crash:
                    await server.KillAsync();
                    await server.StartAsync(Cancelled);
                    break;
                case Loss.FlushAll:
                    await opened.ByHand.ExecuteAsync("FLUSHALL");
                    break;
                case Loss.RecordDeleted:
                    await opened.ByHand.KeyDeleteAsync(opened.Keys.Epoch);
                    break;
                case Loss.LogDeleted:
                    await opened.ByHand.KeyDeleteAsync(opened.Keys.Log);
                    break;
            }
        }

        await publishers[0].ProgressAsync(100, Cancelled);
        await publishers[1].ProgressAsync(100, Cancelled);
        await publishers[0].StopAsync();
        await publishers[1].StopAsync();
        var acknowledged = publishers.SelectMany(p => p.Acknowledged).OrderBy(e => e.Id).ToList();

        Assert.All(publishers, p => Assert.Equal(0, p.Failed));
        Assert.Equal(acknowledged.Count, acknowledged.Select(e => e.Id).Distinct().Count());
        var epochs = acknowledged.GroupBy(e => e.Id.Epoch).ToList();
        // One more for each loss, and perhaps one of two processes that noticed it at once.
        Assert.InRange(epochs.Count, 4, 8);
        Assert.All(epochs, epoch => Assert.Equal(
            Enumerable.Range(0, epoch.Count()).Select(i => (ulong)i), epoch.Select(e => e.Id.Sequence)));
        var last = epochs[^1].ToList();
        await tail.ReachesAsync(last[^1].Id);
        var tailed = tail.Entries.ToList();
        Assert.Equal(tailed.Select(entry => entry.Id).Order().Distinct(), tailed.Select(entry => entry.Id));
        Assert.Equal(last, tailed.Where(entry => entry.Id.Epoch == last[0].Id.Epoch).Select(entry => (entry.Id, entry.Text())));
    }

    [Fact]
    public async Task A_promoted_replica_begins_a_new_epoch_however_durable_it_is()
    {
        await using var master = await LaunchAsync(RedisPersistence.EveryWrite);
        await using var replica = await LaunchAsync(RedisPersistence.EveryWrite);
        await using var cable = Cable.To(master.Port);
        await using var opened = await OpenedLog.OpenAsync($"127.0.0.1:{cable.Port}", Patient(20));
        await using var standby = await ConnectionMultiplexer.ConnectAsync(replica.ConnectionString);
        var standbyServer = standby.GetServers()[0];
        await standbyServer.ExecuteAsync("REPLICAOF", "127.0.0.1", $"{master.Port}");
        await EventuallyAsync(async () => ((string)(await standbyServer.ExecuteAsync("INFO", "replication"))!).Contains("master_link_status:up"));
        var before = (await opened.Log.AppendAsync([Sample.Event(0), Sample.Event(1)], Cancelled)).Ids;
        await EventuallyAsync(async () => await standby.GetDatabase().StreamLengthAsync(opened.Keys.Log) == 2);

        await standbyServer.ExecuteAsync("REPLICAOF", "NO", "ONE");
        cable.LeadTo(replica.Port);
        var after = await opened.Log.AppendAsync(Sample.Event(2), Cancelled);

        Assert.True(after.Epoch > before[0].Epoch, $"{after} after {before[1]}");
        Assert.Equal(["0", "1", "2"], (await opened.Log.ReadAllAsync(Cancelled)).Select(entry => entry.Text()));
    }

    [Fact]
    public async Task While_Redis_is_away_reads_fail_at_once_appends_after_their_time_and_both_recover()
    {
        await using var server = await LaunchAsync(RedisPersistence.EveryWrite);
        await using var opened = await OpenedLog.OpenAsync(server.ConnectionString, Patient(3));
        await opened.Log.AppendAsync(Sample.Event("before"), Cancelled);
        await using var tail = new Tail(opened.Log, EventId.Earliest);
        await server.KillAsync();

        await FailsAsync(() => opened.Log.ReadAfterAsync(EventId.Earliest, cancellationToken: Cancelled), 0, 10);
        await FailsAsync(() => opened.Log.ReadBeforeAsync(null, cancellationToken: Cancelled), 0, 10);
        await FailsAsync(() => opened.Log.GetExtentAsync(Cancelled), 0, 10);
        await FailsAsync(() => opened.Log.TrimBeforeAsync(DateTimeOffset.UtcNow, Cancelled), 0, 10);
        await EachFailsInItsTimeAsync(opened.Log);

        await server.StartAsync(Cancelled);
        var started = Stopwatch.GetTimestamp();
        await EventuallyAsync(() => SucceedsAsync(() => opened.Log.GetExtentAsync(Cancelled)));
        var read = Stopwatch.GetElapsedTime(started);
        EventId after = default;
        await EventuallyAsync(() => SucceedsAsync(async () => after = await opened.Log.AppendAsync(Sample.Event("after"), Cancelled)));
        var appended = Stopwatch.GetElapsedTime(started);
        await tail.ReachesAsync(after);
        var tailed = Stopwatch.GetElapsedTime(started);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"recovered after {read.TotalMilliseconds:F0} ms (reads), {appended.TotalMilliseconds:F0} ms (appends), {tailed.TotalMilliseconds:F0} ms (tail)");

        Assert.InRange(tailed, TimeSpan.Zero, TimeSpan.FromSeconds(12));
        Assert.Equal(["before", "after"], tail.Entries.Select(entry => entry.Text()));
    }

    [Fact]
    public async Task A_log_opened_before_Redis_is_there_works_as_soon_as_it_is()
    {
        await using var server = await LaunchAsync();
        await server.KillAsync();
        await using var opened = await OpenedLog.OpenAsync(server.ConnectionString, Patient(30));
        await using var tail = new Tail(opened.Log, EventId.Earliest);
        await FailsAsync(() => opened.Log.GetExtentAsync(Cancelled), 0, 10);
        var appending = opened.Log.AppendAsync(Sample.Event("early"), Cancelled);
        await Task.Delay(1_500, Cancelled);
        Assert.False(appending.IsCompleted);

        await server.StartAsync(Cancelled);

        await tail.ReachesAsync(await appending);
        // The tail was refused its subscription, and has it all the same.
        await EventuallyAsync(async () => await opened.ByHand.PublishAsync(opened.Keys.Wake, "") == 1);
    }

    [Fact]
    public async Task Appends_under_way_while_Redis_is_paused_land_once_and_in_order()
    {
        await using var server = await LaunchAsync();
        await using var opened = await OpenedLog.OpenAsync(server.ConnectionString, Patient(30));
        await opened.Log.AppendAsync(Sample.Event("before"), Cancelled);
        server.Pause();

        var appends = Enumerable.Range(0, 300).Select(i => opened.Log.AppendAsync(Sample.Event(i), Cancelled)).ToList();
        // Long enough that the client gives its first try up and sends another.
        await Task.Delay(5_000, Cancelled);
        Assert.DoesNotContain(appends, append => append.IsCompleted);
        server.Resume();
        var ids = await Task.WhenAll(appends).WaitAsync(TimeSpan.FromSeconds(20), Cancelled);

        Assert.Equal(Enumerable.Range(1, 300).Select(i => (ulong)i), ids.Select(id => id.Sequence));
        Assert.Equal(
            Enumerable.Range(0, 300).Select(i => $"{i}").Prepend("before"),
            (await opened.Log.ReadAllAsync(Cancelled)).Select(entry => entry.Text()));
    }

    [Fact]
    public async Task Each_publisher_is_told_after_its_own_time_that_Redis_is_paused_and_nothing_lands_twice_or_late()
    {
        await using var server = await LaunchAsync();
        await using var opened = await OpenedLog.OpenAsync(server.ConnectionString, Patient(3));
        await opened.Log.AppendAsync(Sample.Event("before"), Cancelled);
        server.Pause();

        await EachFailsInItsTimeAsync(opened.Log);
        server.Resume();
        EventId after = default;
        await EventuallyAsync(() => SucceedsAsync(async () => after = await opened.Log.AppendAsync(Sample.Event("after"), Cancelled)));

        var log = await opened.Log.ReadAllAsync(Cancelled);
        Assert.Equal(log[^1].Id, after);
        Assert.Equal(log.Count, log.Select(entry => entry.Text()).Distinct().Count());
    }

    [Fact]
    public async Task An_append_whose_reply_was_lost_is_appended_once()
    {
        await using var server = await LaunchAsync();
        await using var cable = Cable.To(server.Port);
        await using var opened = await OpenedLog.OpenAsync($"127.0.0.1:{cable.Port}", Patient(20));
        var ids = new List<EventId> { await opened.Log.AppendAsync(Sample.Event("0"), Cancelled) };

        for (var i = 1; i <= 5; i++)
        {
            var lost = cable.LoseReplyTo("EVALSHA"u8);
            var appending = opened.Log.AppendAsync([Sample.Event($"{i}a"), Sample.Event($"{i}b")], Cancelled);
            await lost.WaitAsync(TimeSpan.FromSeconds(10), Cancelled);
            ids.AddRange((await appending).Ids);
        }

        var log = await opened.Log.ReadAllAsync(Cancelled);
        Assert.Equal(["0", "1a", "1b", "2a", "2b", "3a", "3b", "4a", "4b", "5a", "5b"], log.Select(entry => entry.Text()));
        Assert.Equal(ids, log.Select(entry => entry.Id));
    }

    [Fact]
    public async Task Through_a_network_that_is_cut_all_the_time_publishers_keep_their_order_and_nothing_is_lost_or_doubled()
    {
        await using var server = await LaunchAsync();
        await using var cable = Cable.To(server.Port);
        await using var opened = await OpenedLog.OpenAsync($"127.0.0.1:{cable.Port}", Patient(30));
        await using var tail = new Tail(opened.Log, EventId.Earliest);
        await opened.Log.AppendAsync(Sample.Event("first"), Cancelled);
        var appends = new List<Task<EventId>>();

        for (var cut = 0; cut < 20; cut++)
        {
            for (var i = 0; i < 100; i++)
            {
                appends.Add(opened.Log.AppendAsync(Sample.Event(appends.Count), Cancelled));
            }

            await Task.Delay(Random.Shared.Next(10, 100), Cancelled);
            cable.Cut();
        }

        var ids = await Task.WhenAll(appends);
        await EventuallyAsync(() => SucceedsAsync(() => opened.Log.GetExtentAsync(Cancelled)));

        Assert.Equal(Enumerable.Range(1, 2_000).Select(i => (ulong)i), ids.Select(id => id.Sequence));
        Assert.Equal(
            Enumerable.Range(0, 2_000).Select(i => $"{i}").Prepend("first"),
            (await opened.Log.ReadAllAsync(Cancelled)).Select(entry => entry.Text()));
        await tail.ReachesAsync(ids[^1]);
        Assert.Equal(Enumerable.Range(0, 2_001).Select(i => (ulong)i), tail.Entries.Select(entry => entry.Id.Sequence));
    }

    [Fact]
    public async Task A_network_that_goes_silent_stops_the_tail_only_as_long_as_it_is_silent()
    {
        await using var server = await LaunchAsync();
        await using var cable = Cable.To(server.Port);
        await using var publishing = await OpenedLog.OpenAsync(server.ConnectionString);
        await using var reading = await OpenedLog.OpenAsync($"127.0.0.1:{cable.Port}", publishing.Options);
        await publishing.Log.AppendAsync(Sample.Event(0), Cancelled);
        await using var tail = new Tail(reading.Log, EventId.Earliest);

        cable.Pause();
        var last = (await publishing.Log.AppendAsync([.. Enumerable.Range(1, 3_000).Select(Sample.Event)], Cancelled)).Ids[^1];
        await FailsAsync(() => reading.Log.GetExtentAsync(Cancelled), 0, 10);
        cable.Resume();

        await tail.ReachesAsync(last);
        Assert.Equal(Enumerable.Range(0, 3_001).Select(i => $"{i}"), tail.Entries.Select(entry => entry.Text()));
    }

    [Theory]
    [InlineData("OOM", "CONFIG SET maxmemory 1", "CONFIG SET maxmemory 0")]
    [InlineData("NOREPLICAS", "CONFIG SET min-replicas-to-write 1", "CONFIG SET min-replicas-to-write 0")]
    [InlineData("READONLY", "REPLICAOF 127.0.0.1 1", "REPLICAOF NO ONE")]
    [InlineData("NOPERM", "ACL SETUSER default -xadd", "ACL SETUSER default +xadd")]
    [InlineData("WRONGTYPE", "SET {log} text", "DEL {log}")]
    public async Task A_Redis_that_refuses_events_says_why_at_once_until_it_takes_them_again(string code, string refuses, string takes)
    {
        await using var server = await LaunchAsync();
        await using var opened = await OpenedLog.OpenAsync(server.ConnectionString, Patient(5));
        await using var operators = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString);
        Task OperateAsync(string command)
        {
            var words = command.Replace("{log}", opened.Keys.Log.ToString(), StringComparison.Ordinal).Split(' ');
            return operators.GetServers()[0].ExecuteAsync(words[0], [.. words[1..]]);
        }

        await opened.Log.AppendAsync(Sample.Event("before"), Cancelled);
        await OperateAsync(refuses);

        var refused = await FailsAsync(() => opened.Log.AppendAsync(Sample.Event("refused"), Cancelled), 0, 2);
        Assert.Equal(code, refused.Refusal);
        Assert.Contains(code, refused.Message, StringComparison.Ordinal);
        Assert.StartsWith(code, (await opened.Log.FindRefusalAsync(Cancelled))?.Reason ?? "(nothing)", StringComparison.Ordinal);

        await OperateAsync(takes);
        // The client looks at the server's role now and then only.
        await EventuallyAsync(() => SucceedsAsync(() => opened.Log.AppendAsync(Sample.Event("after"), Cancelled)));
        Assert.Null(await opened.Log.FindRefusalAsync(Cancelled));
        var texts = (await opened.Log.ReadAllAsync(Cancelled)).Select(entry => entry.Text());
        Assert.Equal(code == "WRONGTYPE" ? ["after"] : ["before", "after"], texts);
    }

    [Fact]
    public async Task A_wrong_password_is_told_from_a_server_that_is_away()
    {
        await using var server = await LaunchAsync();
        await using (var operators = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString))
        {
            await operators.GetServers()[0].ExecuteAsync("ACL", "SETUSER", "default", "resetpass", ">right");
        }

        await using var opened = await OpenedLog.OpenAsync($"{server.ConnectionString},password=wrong", Patient(5));

        var refused = await FailsAsync(() => opened.Log.AppendAsync(Sample.Event("refused"), Cancelled), 0, 2);

        Assert.Equal("NOAUTH", refused.Refusal);
        Assert.DoesNotContain("wrong", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_user_with_the_documented_rights_suffices_and_a_channel_that_it_may_not_hear_is_logged(bool mayHear)
    {
        await using var server = await LaunchAsync();
        var hub = Patient(5);
        var documented = File.ReadLines(Path.Combine(RepositoryRoot.Path, "docs", "operations.md"))
            .Single(line => line.Contains("ACL SETUSER hub", StringComparison.Ordinal)).Trim()
            .Replace("{main}", $"{{{hub.Hub}}}", StringComparison.Ordinal).Replace(">…", ">secret", StringComparison.Ordinal).Split(' ');
        await using (var operators = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString))
        {
            await operators.GetServers()[0].ExecuteAsync(
                "ACL", [.. documented[1..].Select(word => word[0] == '&' && !mayHear ? "resetchannels" : word)]);
        }

        var logs = new FakeLogger<EventLog>();
        await using var opened = await OpenedLog.OpenAsync(
            $"{server.ConnectionString},user=hub,password=secret", hub, logger: logs);
        await using var tail = new Tail(opened.Log, EventId.Earliest);
        var id = await opened.Log.AppendAsync(Event.Create("test", "heard", DateTimeOffset.UtcNow, id: "own"), Cancelled);
        await tail.ReachesAsync(id);
        Assert.Equal(id, await opened.Log.FindAsync("own", _ => true, Cancelled));

        var refused = logs.Collector.GetSnapshot().Where(record => record.Message.Contains("subscription", StringComparison.Ordinal)).ToList();
        Assert.Equal(mayHear ? 0 : 1, refused.Count);
        Assert.All(refused, record => Assert.Contains("NOPERM", record.Message, StringComparison.Ordinal));
        // Nothing else went wrong.
        Assert.DoesNotContain(logs.Collector.GetSnapshot().Except(refused), record => record.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task When_another_server_becomes_the_master_events_are_appended_to_it_within_five_seconds()
    {
        await using var first = await LaunchAsync();
        await using var second = await LaunchAsync();
        await using var operators = await ConnectionMultiplexer.ConnectAsync($"{first.ConnectionString},{second.ConnectionString},allowAdmin=true");
        var (one, two) = (operators.GetServer("127.0.0.1", first.Port), operators.GetServer("127.0.0.1", second.Port));
        await two.ExecuteAsync("REPLICAOF", "127.0.0.1", $"{first.Port}");
        await using var opened = await OpenedLog.OpenAsync($"{first.ConnectionString},{second.ConnectionString}", Patient(5));
        var before = await opened.Log.AppendAsync(Sample.Event("before"), Cancelled);
        await using var tail = new Tail(opened.Log, EventId.Earliest);
        await tail.ReachesAsync(before);
        await EventuallyAsync(async () => ((string)(await two.ExecuteAsync("INFO", "replication"))!).Contains("master_link_status:up"));

        await two.ExecuteAsync("REPLICAOF", "NO", "ONE");
        await one.ExecuteAsync("REPLICAOF", "127.0.0.1", $"{second.Port}");
        var started = Stopwatch.GetTimestamp();
        EventId after = default;
        await EventuallyAsync(() => SucceedsAsync(async () => after = await opened.Log.AppendAsync(Sample.Event("after"), Cancelled)));

        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 5);
        Assert.True(after.Epoch > before.Epoch, $"{after} after {before}");
        await tail.ReachesAsync(after);
    }

    public enum First
    {
        Reader,
        Stranger,
    }

    [Theory]
    [InlineData(First.Reader)]
    [InlineData(First.Stranger)]
    public async Task A_durable_log_that_lost_its_tail_begins_a_new_epoch_whoever_appends_first(First first)
    {
        await using var server = await LaunchAsync(RedisPersistence.EveryWrite);
        await using var cable = Cable.To(server.Port);
        var hub = Patient(20);
        // It has appended before the loss, so that it knows less than the reader.
        await using var stranger = await OpenedLog.OpenAsync(server.ConnectionString, hub);
        await using var reading = await OpenedLog.OpenAsync($"127.0.0.1:{cable.Port}", hub);
        await stranger.Log.AppendAsync(Sample.Event("first"), Cancelled);
        await using var tail = new Tail(reading.Log, EventId.Earliest);
        EventId last = default;
        for (var i = 0; i < 30; i++)
        {
            last = await reading.Log.AppendAsync(Sample.Event($"before {i}"), Cancelled);
        }

        await tail.ReachesAsync(last);

        await server.KillAsync();
        server.TruncateAppendOnlyFile(2_600);
        if (first == First.Stranger)
        {
            cable.Unplug();
        }

        await server.StartAsync(Cancelled);
        var texts = new List<string>();
        async Task AppendAsync(OpenedLog by, int count)
        {
            for (var i = 0; i < count; i++)
            {
                texts.Add($"after {texts.Count}");
                await by.Log.AppendAsync(Sample.Event(texts[^1]), Cancelled);
            }
        }

        // Seven and more were lost: the first ids are given again, unless somebody knows better.
        await AppendAsync(first == First.Stranger ? stranger : reading, 12);
        cable.Plug();
        if (first == First.Stranger)
        {
            await EventuallyAsync(async () => EpochRecord.Parse(await stranger.ByHand.StringGetAsync(stranger.Keys.Epoch))?.Epoch > last.Epoch);
        }

        await AppendAsync(stranger, 1);
        var newest = await stranger.Log.AppendAsync(Sample.Event("newest"), Cancelled);

        Assert.True(newest.Epoch > last.Epoch, $"{newest} after {last}");
        await tail.ReachesAsync(newest);
        var read = tail.Entries.ToList();
        var missing = texts.Except(read.Select(entry => entry.Text())).ToList();
        // Whoever missed something is told of it: the epoch changed after it.
        Assert.True(missing.Count == 0 || first == First.Stranger, string.Join(", ", missing));
        Assert.Equal(read.Select(entry => entry.Id).Order().Distinct(), read.Select(entry => entry.Id));
    }

    [Fact]
    public async Task An_appender_that_ends_by_a_defect_is_reported()
    {
        await using var server = await LaunchAsync();
        var clock = new BrokenClock();
        var opened = await OpenedLog.OpenAsync(server.ConnectionString, Patient(3), clock);
        await using var redis = opened.Redis;
        await opened.Log.AppendAsync(Sample.Event("before"), Cancelled);
        var health = new LogHealth(opened.Log);
        Assert.Equal(HealthStatus.Healthy, (await health.CheckHealthAsync(new HealthCheckContext(), Cancelled)).Status);
        using var watch = new AppenderWatch(opened.Log);
        await watch.StartAsync(Cancelled);

        clock.IsBroken = true;
        await server.KillAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => opened.Log.AppendAsync(Sample.Event("last"), Cancelled).WaitAsync(TimeSpan.FromSeconds(10), Cancelled));

        await Assert.ThrowsAsync<InvalidOperationException>(() => watch.ExecuteTask!.WaitAsync(TimeSpan.FromSeconds(10), Cancelled));
        Assert.Equal(HealthStatus.Unhealthy, (await health.CheckHealthAsync(new HealthCheckContext(), Cancelled)).Status);
    }

    /// <summary>A clock whose short timers fail when it is broken: those of a retry.</summary>
    private sealed class BrokenClock : TimeProvider
    {
        public volatile bool IsBroken;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            IsBroken && dueTime < TimeSpan.FromSeconds(1)
                ? throw new InvalidOperationException("The clock is broken.")
                : base.CreateTimer(callback, state, dueTime, period);
    }

    [Fact]
    public void Only_the_clients_own_failures_count_as_an_outage()
    {
        Assert.True(BrokerUnavailableException.Covers(new RedisTimeoutException("late", CommandStatus.Sent)));
        var pipe = new System.IO.Pipelines.Pipe();
        pipe.Writer.Complete();
        Assert.True(BrokerUnavailableException.Covers(Assert.Throws<InvalidOperationException>(() => pipe.Writer.GetMemory())));
        Assert.False(BrokerUnavailableException.Covers(Assert.Throws<InvalidOperationException>(() => new List<int>().First())));
    }

    [Fact]
    public async Task A_Redis_that_refuses_reads_too_is_as_one_that_is_away()
    {
        await using var server = await LaunchAsync();
        await using var opened = await OpenedLog.OpenAsync(server.ConnectionString, Patient(3));
        await opened.Log.AppendAsync(Sample.Event("before"), Cancelled);
        await using var tail = new Tail(opened.Log, EventId.Earliest);
        await using var byHand = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString);
        var redis = byHand.GetServers()[0];
        // A replica whose master is away and which is told not to serve what it has.
        await redis.ExecuteAsync("CONFIG", "SET", "replica-serve-stale-data", "no");
        await redis.ExecuteAsync("REPLICAOF", "127.0.0.1", "1");

        await FailsAsync(() => opened.Log.ReadAfterAsync(EventId.Earliest, cancellationToken: Cancelled), 0, 10);
        await FailsAsync(() => opened.Log.GetExtentAsync(Cancelled), 0, 10);
        await FailsAsync(() => opened.Log.AppendAsync(Sample.Event("refused"), Cancelled), 0, 12);

        await redis.ExecuteAsync("REPLICAOF", "NO", "ONE");
        EventId after = default;
        await EventuallyAsync(() => SucceedsAsync(async () => after = await opened.Log.AppendAsync(Sample.Event("after"), Cancelled)));
        await tail.ReachesAsync(after);
        Assert.Equal(["before", "after"], tail.Entries.Select(entry => entry.Text()));
    }

    public enum Trouble
    {
        None,
        Away,
        Paused,
    }

    [Theory]
    [InlineData(Trouble.None)]
    [InlineData(Trouble.Away)]
    [InlineData(Trouble.Paused)]
    public async Task A_log_that_is_closed_while_appends_are_under_way_ends_them_and_never_hangs(Trouble trouble)
    {
        await using var server = await LaunchAsync();
        await using var opened = await OpenedLog.OpenAsync(server.ConnectionString, Patient(3));
        await opened.Log.AppendAsync(Sample.Event("before"), Cancelled);
        switch (trouble)
        {
            case Trouble.Away:
                await server.KillAsync();
                break;
            case Trouble.Paused:
                server.Pause();
                break;
        }

        var appends = Enumerable.Range(0, 3_000).Select(i => opened.Log.AppendAsync(Sample.Event(i), Cancelled)).ToList();
        await opened.Log.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(15), Cancelled);

        if (trouble == Trouble.None)
        {
            await Task.WhenAll(appends);
        }
        else
        {
            foreach (var append in appends)
            {
                await Assert.ThrowsAsync<BrokerUnavailableException>(() => append.WaitAsync(TimeSpan.FromSeconds(5), Cancelled));
            }
        }

        if (trouble == Trouble.Paused)
        {
            server.Resume();
        }
    }

    [Fact]
    public async Task Nothing_that_fails_behind_the_back_of_a_caller_who_gave_up_alarms_the_process()
    {
        var alarms = new ConcurrentQueue<Exception>();
        void Alarm(object? sender, UnobservedTaskExceptionEventArgs e) => alarms.Enqueue(e.Exception);

        TaskScheduler.UnobservedTaskException += Alarm;
        try
        {
            await FailBehindTheBackAsync();
            for (var i = 0; i < 3; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Alarm;
        }

        Assert.Empty(alarms);
    }

    private static async Task FailBehindTheBackAsync()
    {
        await using var server = await LaunchAsync();
        await using (var opened = await OpenedLog.OpenAsync(server.ConnectionString, Patient(3)))
        {
            await opened.Log.AppendAsync(Sample.Event("before"), Cancelled);
            server.Pause();
            using var gaveUp = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
            Task[] calls =
            [
                opened.Log.AppendAsync(Sample.Event("given up"), gaveUp.Token),
                opened.Log.ReadAfterAsync(EventId.Earliest, cancellationToken: gaveUp.Token),
                opened.Log.GetExtentAsync(gaveUp.Token),
                opened.Log.TrimBeforeAsync(DateTimeOffset.MaxValue, gaveUp.Token),
                Task.Run(async () =>
                {
                    await foreach (var batch in opened.Log.TailAsync(EventId.Earliest, gaveUp.Token))
                    {
                    }
                }),
            ];
            foreach (var call in calls)
            {
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
            }

            await server.KillAsync();
        }
    }

    /// <summary>
    /// Publishes at once what takes twelve script calls. Each of them may take the client's three seconds to
    /// fail, and none must wait for those before it: that would be more than half a minute.
    /// </summary>
    private static async Task EachFailsInItsTimeAsync(EventLog log) =>
        await Task.WhenAll(Enumerable.Range(0, 24).Select(publication => FailsAsync(
            () => log.AppendAsync([.. Enumerable.Range(0, 500).Select(i => Sample.Event($"{publication}:{i}"))], Cancelled), 2.9, 12)));

    private static async Task<BrokerUnavailableException> FailsAsync(Func<Task> call, double fromSeconds, double toSeconds)
    {
        var started = Stopwatch.GetTimestamp();
        var failure = await Assert.ThrowsAsync<BrokerUnavailableException>(call);
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, fromSeconds, toSeconds);
        return failure;
    }

    private static async Task<bool> SucceedsAsync(Func<Task> call)
    {
        try
        {
            await call();
            return true;
        }
        catch (BrokerUnavailableException)
        {
            return false;
        }
    }

    private static async Task EventuallyAsync(Func<Task<bool>> holds)
    {
        for (var started = Stopwatch.GetTimestamp(); !await holds();)
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(15), "It did not come to hold within 15 s.");
            await Task.Delay(20, Cancelled);
        }
    }

    /// <summary>A reader that follows the log for as long as the test runs.</summary>
    private sealed class Tail : IAsyncDisposable
    {
        private readonly CancellationTokenSource _enough = new();
        private readonly ConcurrentQueue<LogEntry> _entries = new();
        private readonly Task _following;

        public Tail(EventLog log, EventId after) => _following = Task.Run(async () =>
        {
            await foreach (var batch in log.TailAsync(after, _enough.Token))
            {
                foreach (var entry in batch)
                {
                    _entries.Enqueue(entry);
                }
            }
        });

        public IReadOnlyCollection<LogEntry> Entries => _entries;

        public Task ReachesAsync(EventId id) => EventuallyAsync(async () =>
        {
            // It never ends by itself: what ended it is the failure to be shown.
            if (_following.IsCompleted)
            {
                await _following;
            }

            return _entries.Any(entry => entry.Id == id);
        });

        public async ValueTask DisposeAsync()
        {
            await _enough.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _following);
            _enough.Dispose();
        }
    }
}
