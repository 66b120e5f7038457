using SseAspire.Benchmarks.Report;
using SseAspire.Benchmarks.Servers;

namespace SseAspire.Benchmarks.Scenarios;

/// <summary>How many events can be published over HTTP while they are delivered, and how soon they are at half of that?</summary>
internal sealed class Publish : Scenario
{
    private const int Connections = 64;

    public override string Name => "publish";

    public override string Description =>
        $"publishing in batches from one client, and one by one over {Connections} connections (--readers 100 --batch 100 --seconds 5)";

    public override Settings Defaults =>
        Default(ServerProcess.Rivals, readers: 100, batch: 100, seconds: 5);

    public override IReadOnlyList<Column> Columns =>
    [
        Column.EventsPerSecond,
        new("CPU µs/event", "F1", result => result.CpuSeconds * 1e6 / (result.Deliveries / result.Readers), LessIsBetter: true),
        Column.P50, Column.P99, Column.Max,
    ];

    public override string Describe(Settings settings) =>
        $"{settings.Readers:N0} readers, events of 100 bytes for {settings.Seconds} s, in batches of {settings.Batch:N0} from one client and one by one "
        + $"over {Connections} connections; latency at half the rate that was reached; {settings.Repeat} repeats";

    public override IEnumerable<Result> Run(Settings settings, ServerKind kind)
    {
        var time = TimeSpan.FromSeconds(settings.Seconds);
        yield return Measure(kind, trial => Measure(trial, settings, connections: 1, settings.Batch, time))
            with
        { Case = $"batches of {settings.Batch}" };

        // Between connections there is no order.
        yield return Measure(kind, trial => Measure(trial, settings, Connections, batch: 1, time), inOrder: false)
            with
        { Case = "one by one" };
    }

    private static Result Measure(Trial trial, Settings settings, int connections, int batch, TimeSpan time)
    {
        trial.ConnectBaseline(settings.Readers);
        trial.WarmUp(publisher => publisher.PublishAbreast(connections, batch, rate: null, time / 2));

        var first = trial.Publisher.Next;
        var most = trial.Measure(publisher => publisher.PublishAbreast(connections, batch, rate: null, time));
        var reached = (trial.Publisher.Next - first) / most.Seconds;

        var half = trial.Measure(publisher => publisher.PublishAbreast(connections, batch, reached / 2, time));
        return most with
        {
            EventsPerSecond = reached,
            LatencyP50 = half.LatencyP50,
            LatencyP99 = half.LatencyP99,
            LatencyMax = half.LatencyMax,
            Lost = half.Lost,
            Twice = half.Twice,
        };
    }
}
