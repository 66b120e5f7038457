using System.Text.RegularExpressions;
using SseAspire.Testing;

namespace SseAspire.Docs.Tests;

/// <summary>docs/operations.md has the instruments that the code makes, and its alarms ask for no other.</summary>
public sealed partial class MetricsTests
{
    private static readonly Document Operations = Document.Read("docs/operations.md");

    private static IEnumerable<string> Shown =>
        Operations.Rows.SelectMany(row => row.Names).Where(name => name.StartsWith("sse.", StringComparison.Ordinal) && name.Count(c => c == '.') >= 2 || name == "sse.gaps").Distinct();

    [Fact]
    public void The_table_has_every_instrument_and_no_other()
    {
        var made = Directory.GetDirectories(RepositoryRoot.Path, "SseAspire.*")
            .SelectMany(part => Directory.GetFiles(part, "*.cs", SearchOption.AllDirectories))
            .SelectMany(file => Instrument().Matches(File.ReadAllText(file)))
            .Select(instrument => instrument.Groups[1].Value);

        Assert.Equal(made.Distinct().Order(StringComparer.Ordinal), Shown.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_alarm_asks_for_an_instrument_under_the_name_that_Prometheus_gives_it()
    {
        // https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/
        var known = Shown.Select(name => name.Replace('.', '_')).ToArray();
        var asked = PrometheusName().Matches(string.Concat(Operations.Rows.SelectMany(row => row.Cells))).Select(match => match.Value).Distinct().ToArray();

        Assert.NotEmpty(asked);
        var unknown = asked.Where(name => !known.Contains(Suffix().Replace(name, "")));
        Assert.True(!unknown.Any(), string.Join("\n", unknown));
    }

    [GeneratedRegex(@"Create(?:Observable)?(?:Counter|UpDownCounter|Gauge|Histogram)(?:<\w+>)?\(\s*""(sse\.[a-z.]+)""")]
    private static partial Regex Instrument();

    [GeneratedRegex("sse_[a-z_]+")]
    private static partial Regex PrometheusName();

    [GeneratedRegex("(_seconds)?(_bucket|_total)?$")]
    private static partial Regex Suffix();
}
