using System.Diagnostics;
using SseAspire.Benchmarks.Load;
using SseAspire.Benchmarks.Report;
using SseAspire.Benchmarks.Servers;

namespace SseAspire.Benchmarks.Scenarios;

/// <summary>Readers that start at the oldest event kept: how fast do they catch up, and do those at the head notice?</summary>
internal sealed class Replay : Scenario
{
    private const int Replays = 100;
    private const int Batch = 1_000;

    public override string Name => "replay";

    public override string Description =>
        $"one reader, then {Replays} at once beside live ones, from the oldest of so many events (--events 100000 --readers 1000 --rate 10 --seconds 5)";

    public override Settings Defaults =>
        Default([ServerKind.Hub, ServerKind.Nchan], readers: 1_000, rate: 10, seconds: 5, events: 100_000);

    public override IReadOnlyList<Column> Columns =>
    [
        Column.EventsPerSecond, Column.Deliveries, Column.CpuSeconds, Column.DeliveriesPerCpuSecond,
        new("live p99 ms", "F1", result => result.LatencyP99, LessIsBetter: true),
        new("alone", "F1", result => result.LatencyP99Alone, LessIsBetter: true),
        Column.LogReads,
    ];

    public override string Describe(Settings settings) =>
        $"{settings.Events:N0} events of 100 bytes from the oldest on, to one reader; then to {Replays} at once while {settings.Readers:N0} live readers "
        + $"get {settings.Rate:N0} events/s, measured alone for {settings.Seconds} s before; {settings.Repeat} repeats";

    public override IEnumerable<Result> Run(Settings settings, ServerKind kind)
    {
        yield return Measure(kind, trial => MeasureOne(trial, settings), server => new StreamRequest(server.ReplayPath))
            with
        { Case = "one reader" };
        yield return Measure(kind, trial => MeasureMany(trial, settings)) with { Case = $"{Replays} readers" };
    }

    private static Result MeasureOne(Trial trial, Settings settings)
    {
        trial.WarmUp(publisher => publisher.PublishAtOnce(settings.Events, Batch));
        using (var warmUp = NewReplays(trial))
        {
            warmUp.Grow(1, next: 0);
            warmUp.WaitFor(trial.Publisher.Next);
        }

        var reads = trial.Server.LogReads;
        var result = trial.Measure(_ => trial.Readers.Grow(1, next: 0));
        return result with
        {
            EventsPerSecond = result.Deliveries / result.Seconds,
            LogReads = trial.Server.LogReads - reads,
            // From when an event was due says nothing about one that was published long ago.
            LatencyP50 = null,
            LatencyP99 = null,
            LatencyMax = null,
        };
    }

    private static Result MeasureMany(Trial trial, Settings settings)
    {
        trial.WarmUp(publisher => publisher.PublishAtOnce(settings.Events, Batch));
        using (var caughtUp = NewReplays(trial))
        {
            // Live readers that come before the hub has read all of it are given the rest of it.
            caughtUp.Grow(1, next: 0);
            caughtUp.WaitFor(trial.Publisher.Next);
        }

        trial.ConnectBaseline(settings.Readers);
        var alone = trial.Measure(publisher => publisher.PublishSteadily(settings.Rate, settings.Rate * settings.Seconds));

        using var replays = NewReplays(trial);
        var reads = trial.Server.LogReads;
        var missing = 0L;
        var lasted = TimeSpan.Zero;
        var beside = trial.Measure(publisher =>
        {
            var last = publisher.Next;
            using var stop = new CancellationTokenSource();
            var live = Task.Factory.StartNew(
                () => publisher.PublishSteadily(settings.Rate, int.MaxValue, stop.Token), TaskCreationOptions.LongRunning);
            var started = Stopwatch.GetTimestamp();
            try
            {
                replays.Grow(Replays, next: 0);
                missing = replays.WaitFor(last);
                lasted = Stopwatch.GetElapsedTime(started);
            }
            finally
            {
                stop.Cancel();
                live.GetAwaiter().GetResult();
            }
        });
        return beside with
        {
            Deliveries = beside.Deliveries + replays.ReceivedTotal,
            EventsPerSecond = replays.ReceivedTotal / lasted.TotalSeconds,
            LatencyP99Alone = alone.LatencyP99,
            LogReads = trial.Server.LogReads - reads,
            Lost = beside.Lost + replays.Lost + missing,
            Twice = beside.Twice + replays.Twice,
        };
    }

    private static ReaderFleet NewReplays(Trial trial) => new(trial.Server.Address, new StreamRequest(trial.Server.ReplayPath));
}
