using SseAspire.Benchmarks.Load;
using SseAspire.Benchmarks.Report;
using SseAspire.Benchmarks.Servers;

namespace SseAspire.Benchmarks.Scenarios;

/// <summary>All readers are cut at once and come back behind: how soon have all of them what they missed?</summary>
internal sealed class Storm : Scenario
{
    public override string Name => "storm";

    public override string Description => "all readers are cut at once and come back so many events behind (--readers 10000 --events 100)";

    public override Settings Defaults => Default([ServerKind.Hub, ServerKind.Nchan], readers: 10_000, events: 100, batch: 100);

    public override IReadOnlyList<Column> Columns =>
    [
        new("all back after ms", "N0", result => result.LatencyMax, LessIsBetter: true),
        Column.P50, Column.P99, Column.Deliveries, Column.CpuSeconds, Column.LogReads,
    ];

    public override string Describe(Settings settings) =>
        $"{settings.Readers:N0} readers cut at once, each back when the wait is over that it was told (3 s where it was told none), "
        + $"{settings.Events:N0} events of 100 bytes behind; from the end of the wait to the last event missed; {settings.Repeat} repeats";

    public override IEnumerable<Result> Run(Settings settings, ServerKind kind) =>
    [
        Measure(kind, trial =>
        {
            trial.ConnectBaseline(settings.Readers);
            CutAndReturn(trial, settings);
            return CutAndReturn(trial, settings);
        }),
    ];

    private static Result CutAndReturn(Trial trial, Settings settings)
    {
        var lastEventId = "";
        trial.WarmUp(publisher => lastEventId = ServerProcess.LastIdOf(publisher.PublishAtOnce(1, batch: 1)));
        var retries = trial.Readers.Retries();
        var reads = trial.Server.LogReads;

        var cut = Payload.Now;
        trial.Readers.Cut();
        var result = trial.Measure(publisher =>
        {
            publisher.PublishAtOnce(settings.Events, settings.Batch);
            trial.Readers.ComeBack(retries, cut, lastEventId, publisher.Next);
        });

        return result with
        {
            LatencyP50 = Trial.Milliseconds(trial.Readers.CatchingUp, 50),
            LatencyP99 = Trial.Milliseconds(trial.Readers.CatchingUp, 99),
            LatencyMax = Trial.Milliseconds(trial.Readers.CatchingUp, 100),
            LogReads = trial.Server.LogReads - reads,
        };
    }
}
