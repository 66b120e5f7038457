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

    /// <summary>Long enough for the runtime to compile the busy code anew, with what it has learned.</summary>
    private const int WarmUpSeconds = 3;

    public override string Name => "fanout";

    public override string Description => "every event to every reader, at a steady rate (--readers 1000 --rate 50 --seconds 10)";

    public override Settings Defaults => Default(ServerProcess.Rivals, readers: 1_000, rate: 50, seconds: 10);

    public override IReadOnlyList<Column> Columns => Figures;

    public override string Describe(Settings settings) =>
        $"{settings.Readers:N0} readers × {settings.Rate:N0} events/s of 100 bytes, {settings.Seconds} s, {settings.Repeat} repeats";

    /// <summary>For how long it goes before anything is measured.</summary>
    protected virtual int WarmUp => WarmUpSeconds;

    public override IEnumerable<Result> Run(Settings settings, ServerKind kind) =>
        [Measure(kind, trial => MeasureSteadily(settings, trial, WarmUp))];

    /// <summary>Connects the readers and measures a steady rate.</summary>
    public static Result MeasureSteadily(Settings settings, Trial trial, int warmUp = WarmUpSeconds)
    {
        trial.ConnectBaseline(settings.Baseline);
        var idle = trial.ConnectAll(settings.Readers);
        trial.WarmUp(publisher => publisher.PublishSteadily(settings.Rate, settings.Rate * warmUp));
        var result = trial.Measure(publisher => publisher.PublishSteadily(settings.Rate, settings.Rate * settings.Seconds));
        return result with { IdleBytesPerConnection = idle };
    }
}
