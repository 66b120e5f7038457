using System.Globalization;
using System.Text.RegularExpressions;
using SseAspire.Testing;

namespace SseAspire.Docs.Tests;

/// <summary>The commands of docs/performance.md measure what they say, here with so little that it takes seconds.</summary>
public sealed partial class BenchmarkTests
{
    private const string Program = "dotnet run -c Release --project tests/SseAspire.Benchmarks -- ";

    private const string Allocation = "allocation";

    private static readonly Dictionary<string, int> Most = new()
    {
        ["readers"] = 20,
        ["baseline"] = 2,
        ["rate"] = 20,
        ["seconds"] = 1,
        ["warmup"] = 1,
        ["repeat"] = 1,
        ["events"] = 20,
        ["batch"] = 10,
    };

    public static TheoryData<string> Commands => [.. All.Where(arguments => !arguments.StartsWith(Allocation, StringComparison.Ordinal))];

    private static IEnumerable<string> All =>
        Document.Read("docs/performance.md").Snippets.SelectMany(snippet => snippet.Text.Split('\n')).Where(line => line.StartsWith(Program, StringComparison.Ordinal)).Select(line => line[Program.Length..]);

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Every_command_prints_its_table(string arguments)
    {
        var less = Option().Replace(arguments, option =>
            $"--{option.Groups[1].Value} {Math.Min(Most[option.Groups[1].Value], int.Parse(option.Groups[2].Value, CultureInfo.InvariantCulture))}");
        // What is not given has defaults for machines that have nothing else to do.
        foreach (var missing in Most.Keys.Where(option => option is "seconds" or "warmup" or "repeat" && !less.Contains($"--{option} ", StringComparison.Ordinal)))
        {
            less += $" --{missing} {Most[missing]}";
        }

        // The rivals are measured in the same way.
        less += arguments.Contains("telemetry", StringComparison.Ordinal) ? "" : " --server hub";

        Assert.Matches(@"\| +hub \|", await RunAsync(less));
    }

    [Fact]
    public async Task A_delivery_allocates_nothing()
    {
        Assert.Contains(All, arguments => arguments.StartsWith(Allocation, StringComparison.Ordinal));

        var output = await RunAsync($"{Allocation} --readers 200");

        Assert.Contains("socket, 200 readers: ", output, StringComparison.Ordinal);
        Assert.Contains("pipe, 200 readers: ", output, StringComparison.Ordinal);
    }

    private static async Task<string> RunAsync(string arguments)
    {
        ShellCommand.Needed("dotnet");
        await using var command = ShellCommand.Type(
            $"dotnet '{BenchmarkAssembly}' {arguments}", new Dictionary<string, string>());
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(4));

        var code = await command.EndAsync(patience.Token);

        Assert.True(code == 0, command.Said);
        return command.Output;
    }

    private static string BenchmarkAssembly =>
        Path.Combine(RepositoryRoot.Path, "tests", "SseAspire.Benchmarks", "bin", RepositoryRoot.Configuration, "net10.0", "SseAspire.Benchmarks.dll");

    [GeneratedRegex(@"--(\w+) (\d+)")]
    private static partial Regex Option();
}
