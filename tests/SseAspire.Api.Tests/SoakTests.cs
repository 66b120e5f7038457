using System.Diagnostics;
using System.Globalization;
using SseAspire.Testing;

namespace SseAspire.Api.Tests;

/// <summary>
/// Everything at once and for long: readers that come, go, stall and are cut, over both replicas, plain and
/// compressed, while Redis is killed twice. For a minute; the environment variable <c>SOAK</c> says how long else
/// (<c>SOAK=00:30:00</c>).
/// </summary>
public sealed class SoakTests(ITestOutputHelper output)
{
    private const string Topic = "soak/numbered";
    private const int Rate = 200;
    private const int Each = 10;

    // Enough that the kernel does not keep it all for a reader that stalls.
    private static readonly string Padding = " " + new string('x', 1_000);

    private static readonly TimeSpan Duration =
        Environment.GetEnvironmentVariable("SOAK") is { Length: > 0 } text
            ? TimeSpan.Parse(text, CultureInfo.InvariantCulture)
            : TimeSpan.FromSeconds(60);

    private readonly Random _random = new(2026);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_is_lost_or_twice_memory_stays_level_and_no_exception_goes_unseen()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        await using var redis = await RedisServer.LaunchAsync(RedisPersistence.EveryWrite, Cancellation);
        (string, string)[] settings =
        [
            ("Hub__CompressFrom", "2"), ("Hub__MaxLifetime", "00:00:20"), ("Hub__Retry", "00:00:00.200"),
            ("Hub__WindowEvents", "2000"), ("Hub__Heartbeat", "00:00:02"), ("Log__AppendTimeout", "00:01:00"), ("DOTNET_GCConserveMemory", "5"),
        ];
        await using var first = await ServiceProcess.StartApiAsync(redis.ConnectionString, settings);
        await using var second = await ServiceProcess.StartApiAsync(redis.ConnectionString, settings);
        ServiceProcess[] replicas = [first, second];

        var readers = Enumerable.Range(0, 3 * Each).Select(i => new SoakReader(Topic, NextSeed(), (SoakKind)(i % 3), replicas)).ToArray();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var reading = readers.Select(reader => Task.Run(() => reader.RunAsync(end.Token), Cancellation)).ToArray();
        var publisher = new NumberedPublisher(Topic, () => first, Padding);
        var publishing = publisher.RunAsync((int)(Rate * Duration.TotalSeconds), Rate, Cancellation);

        var started = Stopwatch.GetTimestamp();
        long? level = null;
        var kills = 0;
        while (!publishing.IsCompleted)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), Cancellation);
            var elapsed = Stopwatch.GetElapsedTime(started) / Duration;
            if (elapsed > (kills + 1) / 4.0 && kills < 2)
            {
                kills++;
                await redis.KillAsync();
                await Task.Delay(500, Cancellation);
                await redis.StartAsync(Cancellation);
            }

            if (_random.Next(5) == 0)
            {
                await DropSomeAsync(replicas[_random.Next(2)]);
            }

            level ??= elapsed > 0.5 ? replicas.Sum(replica => replica.ReadResidentBytes()) : null;
        }

        await publishing;
        await WaitForAllAsync(readers, publisher.Published, TimeSpan.FromSeconds(60));
        var grown = replicas.Sum(replica => replica.ReadResidentBytes()) - level!.Value;
        await end.CancelAsync();
        await Task.WhenAll(reading);

        output.WriteLine(
            $"{publisher.Published} events in {Stopwatch.GetElapsedTime(started)}, {readers.Sum(reader => reader.Streams)} streams, "
            + $"the replicas grew by {grown / 1024} KiB in the second half");
        Assert.All(readers, reader => Assert.Equal((publisher.Published, null), (reader.Next, reader.Fault)));
        Assert.True(grown < 80 << 20, $"the replicas grew by {grown} bytes in the second half");
        Assert.All(replicas, replica => Assert.DoesNotContain(
            replica.Output.Split('\n'),
            line => line.StartsWith("fail:", StringComparison.Ordinal)));
    }

    private int NextSeed() => _random.Next();

    private static async Task DropSomeAsync(ServiceProcess replica)
    {
        // While Redis is away the replicas cannot be told.
        using var answer = await replica.Client.PostAsync("/operations/drop?share=0.2", content: null, Cancellation);
    }

    /// <summary>
    /// Waits until all have the last event, or nobody gets on any more: one that stalls may be thousands behind when it is
    /// published, and goes on to stall.
    /// </summary>
    private static async Task WaitForAllAsync(SoakReader[] readers, int published, TimeSpan patience)
    {
        var (read, since) = (-1L, Stopwatch.GetTimestamp());
        while (readers.Any(reader => reader.Next < published) && Stopwatch.GetElapsedTime(since) < patience)
        {
            await Task.Delay(100, Cancellation);
            if (readers.Sum(reader => (long)reader.Next) is var now && now > read)
            {
                (read, since) = (now, Stopwatch.GetTimestamp());
            }
        }
    }
}
