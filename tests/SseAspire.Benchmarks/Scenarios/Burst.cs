using SseAspire.Benchmarks.Report;
using SseAspire.Benchmarks.Servers;

namespace SseAspire.Benchmarks.Scenarios;

/// <summary>Many events at once, as fast as the server takes them: how much goes out with one write?</summary>
internal sealed class Burst : Scenario
{
    public override string Name => "burst";

    public override string Description => "many events as fast as they can be published (--readers 1000 --events 1000 --batch 100)";

    public override Settings Defaults => Default(ServerProcess.Rivals, readers: 1_000, events: 1_000, batch: 100);

    public override IReadOnlyList<Column> Columns => Fanout.Figures;

    public override string Describe(Settings settings) =>
        $"{settings.Readers:N0} readers, {settings.Events:N0} events of 100 bytes in publications of {settings.Batch:N0}, {settings.Repeat} repeats";

    public override IEnumerable<Result> Run(Settings settings, ServerKind kind) =>
    [
        Measure(kind, trial =>
        {
            trial.ConnectBaseline(settings.Baseline);
            var idle = trial.ConnectAll(settings.Readers);
            trial.WarmUp(publisher => publisher.PublishAtOnce(settings.Events, settings.Batch));
            var result = trial.Measure(publisher => publisher.PublishAtOnce(settings.Events, settings.Batch));
            return result with { IdleBytesPerConnection = idle };
        }),
    ];
}
