using SseAspire.Web.Live;

namespace SseAspire.Web.Lab;

/// <summary>A row of the table that sums a run up: one figure of each transport; <c>rows.js</c> has the same.</summary>
/// <param name="Label">The key of its label.</param>
/// <param name="Name">As scripts name the figure.</param>
/// <param name="Compared">Whether it means something to divide it by that of SSE.</param>
internal sealed record LabRow(string Name, string Label, Func<LaneFigures, double?> Of, Func<Figures, double?, string> Write, bool Compared)
{
    public static readonly IReadOnlyList<LabRow> All =
    [
        new("requests", "row.requests", lane => lane.Requests, Count, true),
        new("connections", "row.connections", lane => lane.Connections, Count, true),
        new("bytesOut", "row.bytesOut", lane => lane.BytesOut, Bytes, true),
        new("bytesIn", "row.bytesIn", lane => lane.BytesIn, Bytes, true),
        new("mean", "row.mean", lane => lane.Mean, Duration, true),
        new("p50", "row.median", lane => lane.P50, Duration, true),
        new("p99", "row.slowest", lane => lane.P99, Duration, true),
        new("received", "row.received", lane => lane.Received, Count, false),
        new("lost", "row.lost", lane => lane.Lost, Count, false),
        new("twice", "row.twice", lane => lane.Twice, Count, false),
        new("caughtUp", "row.caughtUp", lane => lane.CaughtUp, Count, false),
        new("recovery", "row.recovery", lane => lane.Recovery, Duration, true),
        new("cpu", "row.cpu", lane => lane.Cpu * 1000, Duration, true),
    ];

    /// <summary>A lane's figure by that of SSE, or null where one of them says nothing.</summary>
    public double? Ratio(ShippedRun run, string transport) =>
        Compared && transport != LabTransport.All[0].Name && Of(run.Lanes[transport]) is { } figure && Of(run.Lanes[LabTransport.All[0].Name]) is > 0 and var first
            ? figure / first
            : null;

    private static string Count(Figures figures, double? value) => Figures.Count(value);

    private static string Bytes(Figures figures, double? value) => figures.Bytes(value);

    private static string Duration(Figures figures, double? value) => figures.Duration(value);
}
