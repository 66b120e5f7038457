using SseAspire.Benchmarks.Servers;

namespace SseAspire.Benchmarks.Report;

/// <summary>How two medians of one run compare.</summary>
/// <param name="Between">Who is divided by whom.</param>
/// <param name="Figure">What is divided.</param>
/// <param name="Value">The quotient.</param>
internal sealed record Ratio(string Between, string Figure, double Value)
{
    /// <summary>
    /// The hub to each of the other servers by the main figure of each case, and the hub's later cases to its first by
    /// the figures that they are to be compared by.
    /// </summary>
    public static IReadOnlyList<Ratio> Of(IReadOnlyList<Result> results, Column main, IReadOnlyList<Column> betweenCases)
    {
        var ratios = new List<Ratio>();
        foreach (var inCase in results.GroupBy(result => result.Case))
        {
            foreach (var other in inCase.Select(result => result.Server).Distinct().Where(server => server != ServerKind.Hub))
            {
                Add($"hub / {Name(other)}{(inCase.Key.Length == 0 ? "" : $", {inCase.Key}")}", main, Hub(inCase), inCase.Where(result => result.Server == other));
            }
        }

        var hub = Hub(results).GroupBy(result => result.Case).ToArray();
        foreach (var later in hub.Skip(1))
        {
            foreach (var column in betweenCases)
            {
                Add($"{later.Key} / {hub[0].Key}", column, later, hub[0]);
            }
        }

        return ratios;

        void Add(string between, Column column, IEnumerable<Result> above, IEnumerable<Result> below)
        {
            if (Spread.Of(above.Select(column.Of)) is { } dividend && Spread.Of(below.Select(column.Of)) is { Median: not 0 } divisor)
            {
                ratios.Add(new Ratio(between, column.Title, dividend.Median / divisor.Median));
            }
        }
    }

    /// <summary>How people write a server's name.</summary>
    public static string Name(ServerKind server) => server.ToString().ToLowerInvariant();

    private static IEnumerable<Result> Hub(IEnumerable<Result> results) => results.Where(result => result.Server == ServerKind.Hub);
}
