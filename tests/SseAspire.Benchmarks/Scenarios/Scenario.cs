using SseAspire.Benchmarks.Report;
using SseAspire.Benchmarks.Servers;

namespace SseAspire.Benchmarks.Scenarios;

/// <summary>One question that is put to all servers in the same way.</summary>
internal abstract class Scenario
{
    public abstract string Name { get; }

    /// <summary>What it does, in a line.</summary>
    public abstract string Description { get; }

    public abstract Settings Defaults { get; }

    /// <summary>What it is about to do with these settings.</summary>
    public abstract string Describe(Settings settings);

    /// <summary>Measures one server once.</summary>
    public Result Run(Settings settings, ServerKind kind)
    {
        using var server = ServerProcess.Start(kind);
        using var trial = new Trial(server);
        return Run(settings, trial) with { Server = kind };
    }

    protected abstract Result Run(Settings settings, Trial trial);

    protected static Settings Default(int readers, int rate = 1, int seconds = 1, int events = 1, int batch = 1) =>
        new(readers, 0, rate, seconds, events, batch, Repeat: 3, [ServerKind.Hub, ServerKind.Naive, ServerKind.Nchan], Json: null);
}
