using System.Globalization;
using System.Text.Json.Serialization;
using SseAspire.Benchmarks.Report;
using SseAspire.Benchmarks.Servers;

namespace SseAspire.Benchmarks;

/// <summary>What to measure. Every figure is bounded, so that a slip of the finger does not load a machine for hours.</summary>
/// <param name="Readers">How many streams are open, 1 to 100,000.</param>
/// <param name="Baseline">How many of them are open when memory is taken first: what comes after them counts as the readers' own.</param>
/// <param name="Rate">Events a second, 1 to 100,000.</param>
/// <param name="Seconds">For how long, 1 to 3,600.</param>
/// <param name="WarmUp">For how many seconds the load goes before anything is measured, 1 to 3,600.</param>
/// <param name="Events">Where their number counts: how many events, 1 to 1,000,000.</param>
/// <param name="Batch">How many events a publication has, 1 to 1,000.</param>
/// <param name="Repeat">How often each server is measured, 1 to 100.</param>
/// <param name="Servers">What is measured, in turns.</param>
/// <param name="Json">The file that the results are written to, if any.</param>
/// <param name="Chart">The file that the main figure is drawn in, if any.</param>
internal sealed record Settings(
    int Readers,
    int Baseline,
    int Rate,
    int Seconds,
    int WarmUp,
    int Events,
    int Batch,
    int Repeat,
    IReadOnlyList<ServerKind> Servers,
    [property: JsonIgnore] string? Json,
    [property: JsonIgnore] string? Chart)
{
    public const string Usage = """
        Options:
          --readers n   streams that are open at once
          --baseline n  streams that memory a connection is counted from (default: a tenth of the readers)
          --rate n      fanout, gzip, replay: events a second
          --seconds n   all but burst and storm: how long
          --warmup n    fanout, gzip, telemetry: how long before anything is measured
          --events n    burst, storm, replay: how many events
          --batch n     burst, publish, storm: events a publication
          --repeat n    how often each server is measured, in turns (default 3)
          --server x    one server, or several with commas between (default: all that are installed)
          --json file   write every single result there as well
          --chart file  draw the main figure there, as SVG
        """;

    /// <summary>Reads the options of the command line over a scenario's defaults.</summary>
    /// <exception cref="BenchmarkException">An option is unknown or out of its bounds.</exception>
    public static Settings Parse(Settings defaults, ReadOnlySpan<string> arguments)
    {
        var settings = defaults;
        int? baseline = null;
        for (; arguments.Length > 0; arguments = arguments[2..])
        {
            var option = arguments[0];
            var value = arguments.Length > 1 ? arguments[1] : throw new BenchmarkException($"{option} needs a value.\n{Usage}");
            switch (option)
            {
                case "--readers":
                    settings = settings with { Readers = Number(option, value, 100_000) };
                    break;
                case "--baseline":
                    baseline = Number(option, value, 100_000);
                    break;
                case "--rate":
                    settings = settings with { Rate = Number(option, value, 100_000) };
                    break;
                case "--seconds":
                    settings = settings with { Seconds = Number(option, value, 3_600) };
                    break;
                case "--warmup":
                    settings = settings with { WarmUp = Number(option, value, 3_600) };
                    break;
                case "--events":
                    settings = settings with { Events = Number(option, value, 1_000_000) };
                    break;
                case "--batch":
                    settings = settings with { Batch = Number(option, value, 1_000) };
                    break;
                case "--repeat":
                    settings = settings with { Repeat = Number(option, value, 100) };
                    break;
                case "--server":
                    settings = settings with { Servers = [.. value.Split(',').Select(name => Kind(name, defaults.Servers))] };
                    break;
                case "--json":
                    settings = settings with { Json = Path.GetFullPath(value) };
                    break;
                case "--chart":
                    settings = settings with { Chart = Path.GetFullPath(value) };
                    break;
                default:
                    throw new BenchmarkException($"There is no option {option}.\n{Usage}");
            }
        }

        settings = settings with { Baseline = baseline ?? Math.Max(1, settings.Readers / 10) };
        return settings.Baseline < settings.Readers
            ? settings
            : throw new BenchmarkException("--readers must be more than --baseline, which memory a connection is counted from.");
    }

    private static int Number(string option, string value, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most
            ? number
            : throw new BenchmarkException($"{option} takes a number from 1 to {most}, not '{value}'.");

    private static ServerKind Kind(string name, IReadOnlyList<ServerKind> possible) =>
        Enum.TryParse<ServerKind>(name, ignoreCase: true, out var kind) && possible.Contains(kind)
            ? kind
            : throw new BenchmarkException($"--server takes {string.Join(", ", possible.Select(Ratio.Name))} here, not '{name}'.");
}
