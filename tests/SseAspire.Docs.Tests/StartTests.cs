using System.Diagnostics;
using System.Text.RegularExpressions;
using SseAspire.Testing;

namespace SseAspire.Docs.Tests;

/// <summary>
/// The first command of the README, with the arguments of docs/aspire.md that start a second application beside the
/// first: another application may use the default ports of this machine.
/// </summary>
public sealed partial class StartTests
{
    /// <summary>The command builds what has changed, possibly on a busy machine.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(15);

    [Fact]
    public async Task Dotnet_run_prints_what_the_README_shows_and_ends_on_SIGTERM()
    {
        ShellCommand.Needed("dotnet");
        var readme = StartOf("README.md");
        Assert.Equal((readme.Text, readme.Shown), (StartOf("README.ru.md").Text, StartOf("README.ru.md").Shown));
        var onOtherPorts = StartOf("docs/aspire.md");
        Assert.StartsWith($"{readme.Text} -- ", onOtherPorts.Text, StringComparison.Ordinal);
        await using var command = ShellCommand.Type(
            $"unset ConnectionStrings__broker && cd '{RepositoryRoot.Path}' && exec {Port().Replace(onOtherPorts.Text, _ => $"{ServiceProcess.FreePort()}")}",
            new Dictionary<string, string>
            {
                // A container is persistent, and would outlive the test.
                ["Broker"] = "embedded",
                // The build leaves no process for the next one.
                ["MSBUILDDISABLENODEREUSE"] = "1",
                ["UseSharedCompilation"] = "false",
            });

        foreach (var line in readme.Shown!.Split('\n'))
        {
            await PrintedAsync(command, line);
        }

        using var http = new HttpClient();
        var address = FrontEnd().Match(command.Output).Groups[1].Value;
        var page = await http.GetStringAsync(new Uri(address), TestContext.Current.CancellationToken);
        Assert.Contains("SseAspire", page, StringComparison.Ordinal);

        command.Terminate();
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(Timeout);
        Assert.Equal(0, await command.EndAsync(timeout.Token));
        Assert.EndsWith("SseAspire stops.\n", command.Output, StringComparison.Ordinal);
    }

    private static Snippet StartOf(string name) =>
        Document.Read(name).Snippets.First(snippet => snippet.Text.StartsWith("dotnet run --project SseAspire.AppHost", StringComparison.Ordinal));

    /// <summary>Waits for a line of the README. Numbers and what the README leaves out differ from start to start.</summary>
    private static async Task PrintedAsync(ShellCommand command, string line)
    {
        var pattern = $"(?m)^{Number().Replace(Regex.Escape(line), @"\d+").Replace("…", @"\S+", StringComparison.Ordinal)}$";
        for (var started = Stopwatch.GetTimestamp(); !Regex.IsMatch(command.Output, pattern);)
        {
            Assert.True(
                !command.HasEnded && Stopwatch.GetElapsedTime(started) < Timeout, $"The command did not print '{line}'. It printed:\n{command.Said}");
            await Task.Delay(TimeSpan.FromMilliseconds(200), TestContext.Current.CancellationToken);
        }
    }

    [GeneratedRegex(@"(?<=Port=|localhost:)\d+")]
    private static partial Regex Port();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Number();

    [GeneratedRegex(@"^  Front end  (http://localhost:\d+/)$", RegexOptions.Multiline)]
    private static partial Regex FrontEnd();
}
