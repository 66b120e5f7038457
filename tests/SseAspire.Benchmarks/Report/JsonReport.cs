using System.Text.Json;
using System.Text.Json.Serialization;
using SseAspire.Benchmarks.Scenarios;

namespace SseAspire.Benchmarks.Report;

/// <summary>The results as programs read them: every single one, with what is needed to repeat it.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static void Write(
        string file, Scenario scenario, Settings settings, Machine machine, IReadOnlyList<Result> results, IReadOnlyList<Ratio> ratios)
    {
        var report = new
        {
            Scenario = scenario.Name,
            Measures = scenario.Describe(settings),
            At = DateTimeOffset.UtcNow,
            Machine = machine,
            Settings = settings,
            Ratios = ratios,
            Results = results,
        };
        File.WriteAllText(file, JsonSerializer.Serialize(report, Options));
    }
}
