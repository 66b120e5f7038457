using SseAspire.Benchmarks.Load;
using SseAspire.Benchmarks.Report;
using SseAspire.Benchmarks.Servers;

namespace SseAspire.Benchmarks.Scenarios;

/// <summary>The same events to readers that take them as they are, and to readers that take them compressed.</summary>
internal sealed class Gzip : Scenario
{
    public override string Name => "gzip";

    public override string Description => "streams as they are and compressed with gzip (--readers 10000 --rate 4 --seconds 10)";

    /// <summary>The warm-up is long enough for all readers to be in step with the compressor: some tens of batches.</summary>
    public override Settings Defaults => Default([ServerKind.Hub], readers: 10_000, rate: 4, seconds: 10, warmUp: 20);

    public override IReadOnlyList<Column> Columns =>
    [
        Column.DeliveriesPerCpuSecond, Column.BytesPerDelivery, Column.Deliveries, Column.CpuSeconds, Column.P50, Column.P99, Column.Max,
        Column.KilobytesIdle, Column.KilobytesLoaded,
    ];

    public override IReadOnlyList<Column> BetweenCases => [Column.BytesPerDelivery, Column.DeliveriesPerCpuSecond];

    public override string Describe(Settings settings) =>
        $"{settings.Readers:N0} readers × {settings.Rate:N0} events/s of about 115 bytes of JSON, {settings.Seconds} s, as they are and compressed; "
        + $"one in ten of the compressed streams is decompressed and checked, the others' bytes are counted; {settings.Repeat} repeats";

    public override IEnumerable<Result> Run(Settings settings, ServerKind kind)
    {
        yield return Measure(settings, kind, "identity");
        yield return Measure(settings, kind, "gzip");
    }

    private static Result Measure(Settings settings, ServerKind kind, string coding) => Measure(
        kind,
        trial => Fanout.MeasureSteadily(settings, trial),
        server => new StreamRequest(server.StreamPath, Gzip: coding == "gzip"),
        Payload.WriteJson) with
    { Case = coding };
}
