using SseAspire.Benchmarks.Load;
using SseAspire.Benchmarks.Report;
using SseAspire.Benchmarks.Servers;

namespace SseAspire.Benchmarks.Scenarios;

/// <summary>One question that is put to all servers in the same way.</summary>
internal abstract class Scenario
{
    public abstract string Name { get; }

    /// <summary>What it does, in a line.</summary>
    public abstract string Description { get; }

    /// <summary>What it does where nothing else is said, and which servers it can be put to.</summary>
    public abstract Settings Defaults { get; }

    /// <summary>What it finds out, the main figure first.</summary>
    public abstract IReadOnlyList<Column> Columns { get; }

    /// <summary>By what its cases are to be compared with the first of them.</summary>
    public virtual IReadOnlyList<Column> BetweenCases => [];

    /// <summary>What it is about to do with these settings.</summary>
    public abstract string Describe(Settings settings);

    /// <summary>Measures one server once, in each case.</summary>
    public abstract IEnumerable<Result> Run(Settings settings, ServerKind kind);

    /// <summary>Measures one server, newly started.</summary>
    /// <param name="kind">The server.</param>
    /// <param name="measure">Measures it.</param>
    /// <param name="request">What its readers ask for; if not given, what comes next.</param>
    /// <param name="write">Writes an event's data; if not given, the plain one.</param>
    /// <param name="inOrder">Whether events are published one after the other.</param>
    protected static Result Measure(
        ServerKind kind,
        Func<Trial, Result> measure,
        Func<ServerProcess, StreamRequest>? request = null,
        Func<int, long, string>? write = null,
        bool inOrder = true)
    {
        using var server = ServerProcess.Start(kind);
        using var trial = new Trial(server, request?.Invoke(server) ?? server.Stream, write ?? Payload.Write, inOrder);
        return measure(trial) with { Server = kind };
    }

    protected static Settings Default(
        IReadOnlyList<ServerKind> servers, int readers, int rate = 1, int seconds = 1, int warmUp = 1, int events = 1, int batch = 1) =>
        new(readers, 0, rate, seconds, warmUp, events, batch, Repeat: 3, servers, Json: null, Chart: null);
}
