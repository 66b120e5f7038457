using System.Globalization;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Environments;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;

namespace SseAspire.Benchmarks.HotPath;

/// <summary>What does a delivery allocate? What an event allocates with many readers, less what it does with one, is theirs.</summary>
internal static class AllocationCheck
{
    public const string Name = "allocation";

    public const string Description = "what the hub allocates for an event with one reader and with many (--readers 5000)";

    private const int Many = 1_000;

    /// <summary>What the rest of the process allocates now and then is not there each time; what a delivery allocates is.</summary>
    private const int Attempts = 3;

    private static readonly Settings Defaults =
        new(Readers: 5_000, Baseline: 1, Rate: 1, Seconds: 1, WarmUp: 1, Events: 1, Batch: 1, Repeat: 1, Servers: [], Json: null, Chart: null);

    /// <summary>Measures it and tells.</summary>
    /// <exception cref="BenchmarkException">A delivery allocates, or cannot be measured.</exception>
    public static void Run(ReadOnlySpan<string> arguments)
    {
        var readers = Settings.Parse(Defaults, arguments).Readers;
        FileLimit.Check(readers, each: 2);
        Console.WriteLine($"{Name}: what the hub allocates for an event to 1 and to up to {readers:N0} readers");
        Console.WriteLine(string.Join(", ", HostEnvironmentInfo.GetCurrent().ToFormattedString()));

        DeliveryBenchmark.Counts = [.. new[] { 1, Many, readers }.Where(count => count <= readers).Distinct()];
        var figures = Measure();
        for (var attempt = 1; attempt < Attempts && figures.Any(figure => figure.Grows); attempt++)
        {
            figures = Measure();
        }

        figures.ForEach(Console.WriteLine);
        if (figures.MaxBy(figure => figure.EachReader) is { Grows: true } growing)
        {
            throw new BenchmarkException($"A delivery must not allocate, and does: {growing}");
        }
    }

    private static List<Figure> Measure()
    {
        var artifacts = Directory.CreateTempSubdirectory("allocation-");
        var log = new AccumulationLogger();
        try
        {
            var summary = BenchmarkRunner.Run<DeliveryBenchmark>(ManualConfig.CreateEmpty()
                // In this process: the hub that it looks at is neither built again nor started as a program.
                .AddJob(Job.Default
                    .WithToolchain(InProcessNoEmitToolchain.Instance)
                    .WithStrategy(RunStrategy.Monitoring)
                    .WithInvocationCount(1).WithUnrollFactor(1).WithWarmupCount(1).WithIterationCount(1))
                .AddLogger(log)
                .WithArtifactsPath(artifacts.FullName)
                // A delivery of a debug build must not allocate either.
                .WithOptions(ConfigOptions.DisableLogFile | ConfigOptions.DisableOptimizationsValidator));
            var events = summary.Reports.ToDictionary(
                report => (
                    Path: (DeliveryPath)report.BenchmarkCase.Parameters[nameof(DeliveryBenchmark.Path)],
                    Readers: (int)report.BenchmarkCase.Parameters[nameof(DeliveryBenchmark.Readers)]),
                report => report.Success && report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) is { } bytes
                    ? (double)bytes / DeliveryBenchmark.Events
                    : throw new BenchmarkException(log.GetLog()));
            return [.. events.Select(each => new Figure(
                each.Key.Path, each.Key.Readers, each.Value, (each.Value - events[(each.Key.Path, 1)]) / Math.Max(1, each.Key.Readers - 1)))];
        }
        finally
        {
            artifacts.Delete(recursive: true);
        }
    }

    /// <param name="Path">How the readers are reached.</param>
    /// <param name="Readers">How many there are.</param>
    /// <param name="EachEvent">Bytes allocated for an event.</param>
    /// <param name="EachReader">Bytes that each reader but the first adds to that.</param>
    private sealed record Figure(DeliveryPath Path, int Readers, double EachEvent, double EachReader)
    {
        public bool Grows => Math.Round(EachReader) >= 1;

        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture,
            $"{Path.ToString().ToLowerInvariant()}, {Readers:N0} reader{(Readers == 1 ? "" : "s")}: {EachEvent:N0} B an event, {EachReader:0.00;-0.00;0.00} B an event and reader");
    }
}
