using System.Collections.Concurrent;
using System.Diagnostics;
using SseAspire.Testing;

namespace SseAspire.Api.Tests;

/// <summary>Two replicas behind a balancer, replaced one after the other while thousands read.</summary>
public sealed class RollingRestartTests(EmbeddedBroker broker, ITestOutputHelper output) : IClassFixture<EmbeddedBroker>
{
    private const string Topic = "rolling";
    private const int Readers = 2_000;
    private const int Rate = 5;

    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 300_000)]
    public async Task No_reader_loses_an_event_or_gets_one_twice_and_they_come_back_as_a_trickle()
    {
        (string, string)[] settings = [SharedApi.Patience, ("Hub__DrainTime", $"{DrainTime:c}"), ("Hub__MaxConnectionsPerAddress", $"{Readers * 2}")];
        await using var first = await ServiceProcess.StartApiAsync(broker.ConnectionString, settings);
        await using var second = await ServiceProcess.StartApiAsync(broker.ConnectionString, settings);
        await using var balancer = await Balancer.StartAsync([first.Address, second.Address], Cancellation);
        var reconnects = new ConcurrentQueue<long>();
        var readers = Enumerable.Range(0, Readers).Select(_ => new ReturningReader(balancer.Address, Topic, reconnects)).ToArray();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var reading = await StartAsync(readers, stop.Token);

        var (staying, isOver) = (second, false);
        var publisher = new NumberedPublisher(Topic, () => staying);
        var publishing = Task.Run(
            async () =>
            {
                while (!Volatile.Read(ref isOver))
                {
                    await publisher.RunAsync(publisher.Published + (2 * Rate), Rate, Cancellation);
                }
            },
            Cancellation);
        var before = reconnects.Count;
        foreach (var (replaced, other) in new[] { (first, second), (second, first) })
        {
            staying = other;
            Assert.Equal(0, await replaced.StopAsync(TimeSpan.FromMinutes(2)));
            await replaced.StartAsync();
            await balancer.WaitUntilReadyAsync(replaced.Address, Cancellation);
        }

        Volatile.Write(ref isOver, true);
        await publishing;
        while (readers.Any(reader => reader.Numbers.Count < publisher.Published))
        {
            await Task.Delay(100, Cancellation);
        }

        await stop.CancelAsync();
        await Task.WhenAll(reading);
        Assert.All(readers, reader =>
        {
            Assert.Equal(Enumerable.Range(0, publisher.Published), reader.Numbers);
            Assert.Empty(reader.Gaps);
        });
        var bySecond = reconnects.Skip(before).CountBy(at => at / Stopwatch.Frequency).OrderBy(second => second.Key).ToArray();
        output.WriteLine($"{publisher.Published} events; reconnects by second: {string.Join(' ', bySecond.Select(second => second.Value))}");
        Assert.InRange(bySecond.Max(second => second.Value), 1, 2 * Readers / DrainTime.TotalSeconds);
        foreach (var reader in readers)
        {
            reader.Dispose();
        }
    }

    /// <summary>Starts them, a few at a time, and returns when each knows where it starts.</summary>
    private static async Task<Task[]> StartAsync(ReturningReader[] readers, CancellationToken stop)
    {
        var reading = new List<Task>();
        foreach (var some in readers.Chunk(50))
        {
            reading.AddRange(some.Select(reader => Task.Run(() => reader.RunAsync(stop), stop)));
            while (some.Any(reader => !reader.HasStarted))
            {
                await Task.Delay(20, stop);
            }
        }

        return [.. reading];
    }
}
