using System.Globalization;
using System.Text;

namespace SseAspire.Benchmarks.Report;

/// <summary>The results as people read them: a row a server and case, medians, and how the servers compare.</summary>
internal static class Table
{
    /// <param name="results">All the repeats.</param>
    /// <param name="columns">The main figure first.</param>
    /// <param name="ratios">What is told below the table.</param>
    public static string Of(IReadOnlyList<Result> results, IReadOnlyList<Column> columns, IReadOnlyList<Ratio> ratios)
    {
        var cells = new List<(string Title, Func<IReadOnlyList<Result>, string> Cell)> { ("server", group => Ratio.Name(group[0].Server)) };
        if (results.Any(result => result.Case.Length > 0))
        {
            cells.Add(("case", group => group[0].Case));
        }

        cells.Add((columns[0].Title, columns[0].MedianOf));
        cells.Add(("least-most", columns[0].RangeOf));
        cells.AddRange(columns.Skip(1).Select(column => (column.Title, (Func<IReadOnlyList<Result>, string>)column.MedianOf)));
        cells.Add(("lost", group => group.Sum(result => result.Lost).ToString("N0", CultureInfo.InvariantCulture)));
        cells.Add(("twice", group => group.Sum(result => result.Twice).ToString("N0", CultureInfo.InvariantCulture)));

        var rows = Result.Together(results)
            .Select(group => cells.Select(cell => cell.Cell(group)).ToArray())
            .Prepend([.. cells.Select(cell => cell.Title)])
            .ToArray();
        var widths = cells.Select((_, i) => rows.Max(row => row[i].Length)).ToArray();
        var text = new StringBuilder();
        foreach (var row in rows)
        {
            text.Append("| ").AppendJoin(" | ", row.Select((cell, i) => cell.PadLeft(widths[i]))).AppendLine(" |");
            if (row == rows[0])
            {
                text.Append("|-").AppendJoin("-|-", widths.Select(width => new string('-', width))).AppendLine("-|");
            }
        }

        foreach (var ratio in ratios)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{ratio.Between}, {ratio.Figure}: {ratio.Value:F2}");
        }

        return text.ToString().TrimEnd();
    }

    /// <summary>One measurement in a line.</summary>
    public static string Line(Result result, IReadOnlyList<Column> columns)
    {
        var figures = columns
            .Select(column => (column.Title, Figure: column.Of(result), Column: column))
            .Where(each => each.Figure is not null)
            .Select(each => $"{each.Column.Write(each.Figure!.Value)} {each.Title}");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Ratio.Name(result.Server)}{(result.Case.Length == 0 ? "" : $" ({result.Case})")}: {string.Join(", ", figures)}, load {result.GeneratorCpuSeconds:F2} CPU s in {result.Seconds:F2} s");
    }
}
