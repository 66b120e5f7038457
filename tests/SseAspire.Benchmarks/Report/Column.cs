using System.Globalization;

namespace SseAspire.Benchmarks.Report;

/// <summary>One figure of a measurement: what it is called, how it is written, and where it comes from.</summary>
/// <param name="Title">With the unit.</param>
/// <param name="Format">How its number is written.</param>
/// <param name="Of">The figure, or null where it does not apply.</param>
/// <param name="LessIsBetter">Whether the smaller one wins.</param>
internal sealed record Column(string Title, string Format, Func<Result, double?> Of, bool LessIsBetter = false)
{
    public static readonly Column Deliveries = new("deliveries", "N0", result => result.Deliveries);
    public static readonly Column CpuSeconds = new("CPU s", "F2", result => result.CpuSeconds, LessIsBetter: true);
    public static readonly Column DeliveriesPerCpuSecond = new("deliveries/CPU s", "N0", result => result.DeliveriesPerCpuSecond);
    public static readonly Column EventsPerSecond = new("events/s", "N0", result => result.EventsPerSecond);
    public static readonly Column P50 = new("p50 ms", "F1", result => result.LatencyP50, LessIsBetter: true);
    public static readonly Column P99 = new("p99 ms", "F1", result => result.LatencyP99, LessIsBetter: true);
    public static readonly Column Max = new("max ms", "F1", result => result.LatencyMax, LessIsBetter: true);
    public static readonly Column KilobytesIdle =
        new("KB/connection", "F1", result => result.IdleBytesPerConnection / 1024, LessIsBetter: true);
    public static readonly Column KilobytesLoaded =
        new("after load", "F1", result => result.LoadedBytesPerConnection / 1024, LessIsBetter: true);
    public static readonly Column Allocated =
        new("B allocated/delivery", "F1", result => result.AllocatedBytesPerDelivery, LessIsBetter: true);
    public static readonly Column BytesPerDelivery = new("B/delivery", "F1", result => result.BytesPerDelivery, LessIsBetter: true);
    public static readonly Column LogReads = new("reads of the log", "N0", result => result.LogReads, LessIsBetter: true);

    /// <summary>The median of the repeats, as people read it.</summary>
    public string MedianOf(IEnumerable<Result> results) =>
        Spread.Of(results.Select(Of)) is { } spread ? Write(spread.Median) : "-";

    /// <summary>How far the repeats lie apart.</summary>
    public string RangeOf(IEnumerable<Result> results) =>
        Spread.Of(results.Select(Of)) is { } spread ? $"{Write(spread.Least)}-{Write(spread.Most)}" : "-";

    public string Write(double figure) => figure.ToString(Format, CultureInfo.InvariantCulture);
}
