using SseAspire.Benchmarks.Report;
using SseAspire.Benchmarks.Servers;

namespace SseAspire.Benchmarks.Scenarios;

/// <summary>Every event goes to every reader, at a steady rate.</summary>
internal class Fanout : Scenario
{
    /// <summary>What the delivery of events costs and how long it takes.</summary>
    public static readonly IReadOnlyList<Column> Figures =
    [
        Column.DeliveriesPerCpuSecond, Column.Deliveries, Column.CpuSeconds, Column.P50, Column.P99, Column.Max,
        Column.KilobytesIdle, Column.KilobytesLoaded, Column.Allocated,
    ];

    public override string Name => "fanout";

    public override string Description => "every event to every reader, at a steady rate (--readers 1000 --rate 50 --seconds 10)";

    /// <summary>The warm-up is long enough for the runtime to compile the busy code anew.</summary>
    public override Settings Defaults => Default(ServerProcess.Rivals, readers: 1_000, rate: 50, seconds: 10, warmUp: 10);

    public override IReadOnlyList<Column> Columns => Figures;

    public override string Describe(Settings settings) =>
        $"{settings.Readers:N0} readers × {settings.Rate:N0} events/s of 100 bytes, {settings.Seconds} s, {settings.Repeat} repeats";

    public override IEnumerable<Result> Run(Settings settings, ServerKind kind) =>
        [Measure(kind, trial => MeasureSteadily(settings, trial))];

    /// <summary>Connects the readers and measures a steady rate.</summary>
    public static Result MeasureSteadily(Settings settings, Trial trial)
    {
        trial.ConnectBaseline(settings.Baseline);
        var idle = trial.ConnectAll(settings.Readers);
        trial.WarmUp(publisher => publisher.PublishSteadily(settings.Rate, settings.Rate * settings.WarmUp));
        var result = trial.Measure(publisher => publisher.PublishSteadily(settings.Rate, settings.Rate * settings.Seconds));
        return result with { IdleBytesPerConnection = idle };
    }
}
