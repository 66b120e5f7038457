using System.Globalization;
using System.Text;
using SseAspire.Benchmarks.Servers;

namespace SseAspire.Benchmarks.Report;

/// <summary>The results as people read them: a row a server, medians, and the hub's ratio to each of the others.</summary>
internal static class Table
{
    private static readonly (string Title, Func<IReadOnlyList<Result>, string> Cell)[] Columns =
    [
        ("server", results => results[0].Server.ToString().ToLowerInvariant()),
        ("deliveries", results => Median(results, result => result.Deliveries, "N0")),
        ("CPU s", results => Median(results, result => result.CpuSeconds, "F2")),
        ("deliveries/CPU s", results => Median(results, result => result.DeliveriesPerCpuSecond, "N0")),
        ("(least-most)", results => Range(results, result => result.DeliveriesPerCpuSecond, "N0")),
        ("p50 ms", results => Median(results, result => result.LatencyP50 ?? double.NaN, "F1")),
        ("p99 ms", results => Median(results, result => result.LatencyP99 ?? double.NaN, "F1")),
        ("max ms", results => Median(results, result => result.LatencyMax ?? double.NaN, "F1")),
        ("KB/connection", results => Median(results, result => result.IdleBytesPerConnection / 1024, "F1")),
        ("after load", results => Median(results, result => result.LoadedBytesPerConnection / 1024, "F1")),
        ("B allocated/delivery", results => Median(results, result => result.AllocatedBytesPerDelivery ?? double.NaN, "F1")),
        ("lost", results => results.Sum(result => result.Lost).ToString("N0", CultureInfo.InvariantCulture)),
        ("twice", results => results.Sum(result => result.Twice).ToString("N0", CultureInfo.InvariantCulture)),
    ];

    public static string Of(IReadOnlyList<Result> results)
    {
        var rows = results.GroupBy(result => result.Server)
            .Select(server => Columns.Select(column => column.Cell([.. server])).ToArray())
            .Prepend([.. Columns.Select(column => column.Title)])
            .ToArray();
        var widths = Columns.Select((_, i) => rows.Max(row => row[i].Length)).ToArray();
        var text = new StringBuilder();
        foreach (var row in rows)
        {
            text.Append("| ").AppendJoin(" | ", row.Select((cell, i) => cell.PadLeft(widths[i]))).AppendLine(" |");
            if (row == rows[0])
            {
                text.Append("|-").AppendJoin("-|-", widths.Select(width => new string('-', width))).AppendLine("-|");
            }
        }

        foreach (var (server, ratio) in Ratios(results))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"hub / {server.ToString().ToLowerInvariant()}, deliveries per CPU second: {ratio:F2}");
        }

        return text.ToString().TrimEnd();
    }

    /// <summary>How many times the deliveries per CPU second of each other server the hub has.</summary>
    public static IReadOnlyDictionary<ServerKind, double> Ratios(IReadOnlyList<Result> results)
    {
        var medians = results.GroupBy(result => result.Server).ToDictionary(
            server => server.Key, server => Spread.Of(server.Select(result => result.DeliveriesPerCpuSecond)).Median);
        return medians.TryGetValue(ServerKind.Hub, out var hub)
            ? medians.Where(other => other.Key != ServerKind.Hub && other.Value > 0).ToDictionary(other => other.Key, other => hub / other.Value)
            : [];
    }

    private static string Median(IReadOnlyList<Result> results, Func<Result, double> figure, string format)
    {
        var median = Spread.Of(results.Select(figure)).Median;
        return double.IsNaN(median) ? "-" : median.ToString(format, CultureInfo.InvariantCulture);
    }

    private static string Range(IReadOnlyList<Result> results, Func<Result, double> figure, string format)
    {
        var spread = Spread.Of(results.Select(figure));
        return $"{spread.Least.ToString(format, CultureInfo.InvariantCulture)}-{spread.Most.ToString(format, CultureInfo.InvariantCulture)}";
    }
}
