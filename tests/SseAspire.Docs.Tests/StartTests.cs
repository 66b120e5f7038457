using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using SseAspire.Testing;

namespace SseAspire.Docs.Tests;

/// <summary>The first command of the README, as it stands there in both languages.</summary>
public sealed partial class StartTests
{
    /// <summary>It builds what has changed, on a machine that may do much else.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    [Fact]
    public async Task Dotnet_start_prints_an_address_at_which_the_front_end_is()
    {
        ShellCommand.Needed("dotnet");
        Assert.SkipUnless(
            Environment.GetEnvironmentVariable("UseAspire") == "false",
            "with Aspire's packages the command runs Aspire's orchestrator, which prints other lines");
        var (snippet, same) = (StartOf("README.md"), StartOf("README.ru.md"));
        Assert.Equal(snippet.Text, same.Text);
        await using var command = ShellCommand.Type(
            $"unset ConnectionStrings__broker && cd '{RepositoryRoot.Path}' && {snippet.Text}",
            // Others may have the usual ports.
            new Dictionary<string, string>
            {
                ["Web__Port"] = Port(),
                ["Api__Port"] = Port(),
                ["MSBUILDDISABLENODEREUSE"] = "1",
            });

        Match ready;
        for (var started = Stopwatch.GetTimestamp(); !(ready = Ready().Match(command.Output)).Success;)
        {
            Assert.True(!command.HasEnded && Stopwatch.GetElapsedTime(started) < Patience, $"{snippet}: it is not ready. It printed:\n{command.Said}");
            await Task.Delay(TimeSpan.FromMilliseconds(200), TestContext.Current.CancellationToken);
        }

        using var http = new HttpClient();
        var page = await http.GetStringAsync(new Uri(ready.Groups[1].Value), TestContext.Current.CancellationToken);
        Assert.Contains("SseAspire", page, StringComparison.Ordinal);
    }

    private static Snippet StartOf(string name) =>
        Document.Read(name).Snippets.Single(snippet => snippet.Text.StartsWith("dotnet start.cs", StringComparison.Ordinal));

    private static string Port() => ServiceProcess.FreePort().ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^SseAspire is ready: (http://localhost:\d+/)", RegexOptions.Multiline)]
    private static partial Regex Ready();
}
