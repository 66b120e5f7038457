using SseAspire.Benchmarks.Report;
using SseAspire.Benchmarks.Servers;

namespace SseAspire.Benchmarks.Scenarios;

/// <summary>Readers that get nothing: what does it cost to have them?</summary>
internal sealed class Idle : Scenario
{
    public override string Name => "idle";

    public override string Description => "readers that get nothing (--readers 10000 --baseline 1000 --seconds 20)";

    public override Settings Defaults => Default(ServerProcess.Rivals, readers: 10_000, seconds: 20);

    public override IReadOnlyList<Column> Columns =>
    [
        Column.KilobytesIdle, Column.KilobytesLoaded, Column.CpuSeconds,
        new("% of a core", "F1", result => result.CpuSeconds / result.Seconds * 100, LessIsBetter: true),
    ];

    public override string Describe(Settings settings) =>
        $"{settings.Readers:N0} readers without an event for {settings.Seconds} s, memory from {settings.Baseline:N0} readers on, {settings.Repeat} repeats";

    public override IEnumerable<Result> Run(Settings settings, ServerKind kind) =>
    [
        Measure(kind, trial =>
        {
            trial.ConnectBaseline(settings.Baseline);
            var idle = trial.ConnectAll(settings.Readers);
            return trial.Measure(_ => Thread.Sleep(TimeSpan.FromSeconds(settings.Seconds))) with { IdleBytesPerConnection = idle };
        }),
    ];
}
