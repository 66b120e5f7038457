using SseAspire.Benchmarks.Report;

namespace SseAspire.Benchmarks.Scenarios;

/// <summary>Every event goes to every reader, at a steady rate.</summary>
internal sealed class Fanout : Scenario
{
    /// <summary>Long enough for the runtime to compile the busy code anew, with what it has learned.</summary>
    private const int WarmUpSeconds = 3;

    public override string Name => "fanout";

    public override string Description => "every event to every reader, at a steady rate (--readers 1000 --rate 50 --seconds 10)";

    public override Settings Defaults => Default(readers: 1_000, rate: 50, seconds: 10);

    public override string Describe(Settings settings) =>
        $"{settings.Readers:N0} readers × {settings.Rate:N0} events/s of 100 bytes, {settings.Seconds} s, {settings.Repeat} repeats";

    protected override Result Run(Settings settings, Trial trial)
    {
        trial.ConnectBaseline(settings.Baseline);
        var idle = trial.ConnectAll(settings.Readers);
        trial.WarmUp(publisher => publisher.PublishSteadily(settings.Rate, settings.Rate * WarmUpSeconds));
        return trial.Measure(publisher => publisher.PublishSteadily(settings.Rate, settings.Rate * settings.Seconds))
            with
        { IdleBytesPerConnection = idle };
    }
}
