using System.Diagnostics;

namespace SseAspire.Docs.Tests;

/// <summary>
/// What the documents tell people to type does what they say: every command, script and program of them is run, in
/// the order in which it stands there, and prints what is shown below it.
/// </summary>
public sealed class SnippetTests
{
    /// <summary>Compiling takes some seconds, on a machine that does much else some more.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    /// <summary>A block that is in the documents of both languages is run once.</summary>
    private static readonly HashSet<string> InBothLanguages =
        [.. Document.Read("README.md").Snippets.Where(snippet => snippet.Language == "csharp").Select(snippet => snippet.Text)];

    public static TheoryData<string> Documents =>
        [.. Document.Names.Where(name => Document.Read(name).Snippets.Any(IsRunHere))];

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task Does_what_is_shown(string name)
    {
        ShellCommand.Needed("curl");
        var document = Document.Read(name);
        await using var surroundings = await Surroundings.OfAsync(document);
        var run = new Run(surroundings);
        try
        {
            // Programs last: they are given more to read than the commands' answers show.
            foreach (var snippet in document.Snippets.Where(IsRunHere).OrderBy(snippet => snippet.Language == "csharp"))
            {
                // The command before may have had it begin anew.
                await surroundings.ReadyAsync();
                await run.DoAsync(snippet);
            }

            await run.FinishAsync();
        }
        finally
        {
            await run.DisposeAsync();
        }
    }

    private static bool IsRunHere(Snippet snippet) =>
        snippet.IsRun && Elsewhere.RunBy(snippet) is null && Elsewhere.WhyNot(snippet) is null
        && !(snippet.Document == "README.ru.md" && InBothLanguages.Contains(snippet.Text));

    /// <summary>One reading of a document, from its first command to its last.</summary>
    private sealed class Run(Surroundings surroundings) : IAsyncDisposable
    {
        private readonly Places _places = new();
        private readonly List<(Snippet Snippet, ShellCommand Command)> _streams = [];

        private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

        public Task DoAsync(Snippet snippet) => snippet.Language switch
        {
            "sh" when snippet.IsEndless => OpenAsync(snippet),
            "sh" => AnswerAsync(snippet),
            "js" => ShowAsync(snippet),
            "csharp" => CompileAsync(snippet),
            _ => throw new UnreachableException(),
        };

        /// <summary>Waits until the open streams have printed what is shown.</summary>
        public async Task FinishAsync()
        {
            foreach (var (snippet, command) in _streams)
            {
                await UntilAsync(() => Shown.IsIn(snippet, command.Output, _places), snippet, () => command.Said);
            }
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var (_, command) in _streams)
            {
                await command.DisposeAsync();
            }
        }

        private string Translate(Snippet snippet) => _places.Translate(surroundings.Translate(snippet.Text));

        private async Task AnswerAsync(Snippet snippet)
        {
            if (snippet.Text.Contains("/operations/", StringComparison.Ordinal))
            {
                // Operations end streams, which have printed what is shown by then or never will.
                await FinishAsync();
            }

            await using var command = ShellCommand.Type(Translate(snippet), surroundings.Environment);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
            patience.CancelAfter(Patience);
            var code = await command.EndAsync(patience.Token);
            Assert.True(code == 0, $"{snippet} ended with {code}:\n{command.Said}");
            var difference = snippet.Shown is null ? "the document does not show what it prints" : Shown.Differs(snippet, command.Output, _places);
            Assert.True(difference is null, $"{snippet}: {difference}. It printed:\n{command.Said}");
        }

        /// <summary>Types it as into another terminal: what it prints may come from commands that follow.</summary>
        private async Task OpenAsync(Snippet snippet)
        {
            Assert.True(snippet.Shown is not null, $"{snippet}: the document does not show what it prints.");
            var command = ShellCommand.Type(Translate(snippet), surroundings.Environment);
            _streams.Add((snippet, command));
            await UntilAsync(() => command.Output.Contains('\n', StringComparison.Ordinal), snippet, () => command.Said);
        }

        private async Task ShowAsync(Snippet snippet)
        {
            await using var page = await UserPage.OpenAsync(surroundings.Page, surroundings.Api.Address, Translate(snippet));
            await UntilAsync(
                () => snippet.Shown is null ? page.Output.Length > 0 : Shown.IsIn(snippet, page.Output, _places),
                snippet,
                () => page.Output,
                snippet.Shown is null ? surroundings.PublishAsync : null);
            page.ThrewNothing();
        }

        private async Task CompileAsync(Snippet snippet)
        {
            // Compiling ahead of time, which a file is set up for, needs a package that a feed may lack.
            await using var command = ShellCommand.Type(
                "MSBUILDDISABLENODEREUSE=1 dotnet run program.cs",
                surroundings.Environment,
                ("program.cs", $"#:property PublishAot=false\n{Translate(snippet)}"));
            await UntilAsync(
                () => command.Output.Contains("a parcel", StringComparison.Ordinal) || command.HasEnded, snippet, () => command.Said, surroundings.PublishAsync);
            Assert.True(command.Output.Contains("a parcel", StringComparison.Ordinal), $"{snippet} ended:\n{command.Said}");
        }

        private static async Task UntilAsync(Func<bool> condition, Snippet snippet, Func<string> said, Func<Task>? meanwhile = null)
        {
            for (var started = Stopwatch.GetTimestamp(); !condition();)
            {
                Assert.True(Stopwatch.GetElapsedTime(started) < Patience, $"{snippet}: what is shown has not come. What came:\n{said()}");
                await (meanwhile?.Invoke() ?? Task.CompletedTask);
                await Task.Delay(TimeSpan.FromMilliseconds(100), Cancelled);
            }
        }
    }
}
