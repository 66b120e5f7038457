using System.Globalization;
using System.Net;
using System.Text;
using SseAspire.Benchmarks.Scenarios;
using SseAspire.Benchmarks.Servers;

namespace SseAspire.Benchmarks.Report;

/// <summary>
/// The main figure as a picture (SVG 1.1): a bar a server and case, as long as the median, with a line from the least
/// to the most of the repeats. It takes the colours of the reader's scheme, light or dark.
/// </summary>
internal static class Chart
{
    private const int Width = 860;
    private const int Margin = 20;
    private const int Labels = 210;
    private const int Values = 90;
    private const int LineHeight = 18;
    private const int RowHeight = 30;
    private const int BarHeight = 18;

    /// <summary>Characters of small text that fit into the width.</summary>
    private const int LineLength = 130;

    private const string Style = """
          <style>
            svg { color: #1f2328; font: 14px system-ui, sans-serif }
            text { fill: currentColor }
            .paper { fill: #fff }
            .title { font-size: 18px; font-weight: 600 }
            .note { font-size: 12px; opacity: .75 }
            .bar { fill: #8c959f }
            .hub { fill: #0969da }
            .range { stroke: currentColor; stroke-width: 2 }
            @media (prefers-color-scheme: dark) {
              svg { color: #e6edf3 }
              .paper { fill: #0d1117 }
              .bar { fill: #6e7681 }
              .hub { fill: #58a6ff }
            }
          </style>
        """;

    public static void Write(string file, Scenario scenario, Settings settings, Machine machine, IReadOnlyList<Result> results) =>
        File.WriteAllText(file, Draw(scenario, settings, machine, results));

    private static string Draw(Scenario scenario, Settings settings, Machine machine, IReadOnlyList<Result> results)
    {
        var main = scenario.Columns[0];
        var bars = Result.Together(results)
            .Select(group => (group[0].Case, group[0].Server, Spread: Spread.Of(group.Select(main.Of))))
            .Where(bar => bar.Spread is not null)
            .Select(bar => (bar.Case, bar.Server, Spread: bar.Spread!.Value))
            .ToArray();
        var notes = Wrap(scenario.Describe(settings)).Concat(Wrap(machine.ToString())).ToArray();
        var title = $"{scenario.Name}: {main.Title}, {(main.LessIsBetter ? "less" : "more")} is better";
        var top = Margin + 2 * LineHeight;
        var height = top + bars.Length * RowHeight + Margin / 2 + notes.Length * LineHeight + Margin;
        var longest = bars.Select(bar => bar.Spread.Most).DefaultIfEmpty(0).Max();
        var scale = longest > 0 ? (Width - 2 * Margin - Labels - Values) / longest : 0;

        var svg = new StringBuilder();
        svg.AppendLine(CultureInfo.InvariantCulture, $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {height}" role="img" aria-labelledby="title description">""");
        svg.AppendLine(CultureInfo.InvariantCulture, $"""  <title id="title">{Escape(title)}</title>""");
        svg.AppendLine(CultureInfo.InvariantCulture, $"""  <desc id="description">{Escape(string.Join("; ", bars.Select(bar => $"{Label(bar.Server, bar.Case)} {main.Write(bar.Spread.Median)}")))}</desc>""");
        svg.AppendLine(Style);
        // Its own, since the page around it may be of the other scheme.
        svg.AppendLine("""  <rect class="paper" width="100%" height="100%"/>""");
        Text(Margin, Margin + LineHeight, "title", title);
        for (var i = 0; i < bars.Length; i++)
        {
            var (@case, server, spread) = bars[i];
            var y = top + i * RowHeight;
            var x = Margin + Labels;
            var middle = y + BarHeight / 2;
            Text(Margin, y + 14, "label", Label(server, @case));
            svg.AppendLine(CultureInfo.InvariantCulture, $"""  <rect class="{(server == ServerKind.Hub ? "hub" : "bar")}" x="{x}" y="{y}" width="{spread.Median * scale:F1}" height="{BarHeight}" rx="2"/>""");
            svg.AppendLine(CultureInfo.InvariantCulture, $"""  <line class="range" x1="{x + spread.Least * scale:F1}" x2="{x + spread.Most * scale:F1}" y1="{middle}" y2="{middle}"/>""");
            Text(x + (int)(spread.Most * scale) + 8, y + 14, "value", main.Write(spread.Median));
        }

        for (var i = 0; i < notes.Length; i++)
        {
            Text(Margin, top + bars.Length * RowHeight + Margin / 2 + (i + 1) * LineHeight, "note", notes[i]);
        }

        return svg.AppendLine("</svg>").ToString();

        void Text(int x, int y, string @class, string text) =>
            svg.AppendLine(CultureInfo.InvariantCulture, $"""  <text class="{@class}" x="{x}" y="{y}">{Escape(text)}</text>""");
    }

    private static string Label(ServerKind server, string @case) =>
        @case.Length == 0 ? Ratio.Name(server) : $"{Ratio.Name(server)}, {@case}";

    private static string Escape(string text) => WebUtility.HtmlEncode(text);

    private static IEnumerable<string> Wrap(string text)
    {
        var line = new StringBuilder();
        foreach (var word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > LineLength)
            {
                yield return line.ToString();
                line.Clear();
            }

            line.Append(line.Length > 0 ? " " : "").Append(word);
        }

        yield return line.ToString();
    }
}
