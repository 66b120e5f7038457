namespace SseAspire.Docs.Tests;

/// <summary>Nothing that is fenced in the documents goes by untested.</summary>
public sealed class CoverageTests(ITestOutputHelper output)
{
    public static TheoryData<string> Documents => [.. Document.Names];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_block_is_run_or_it_is_said_why_not(string name)
    {
        var untested = Document.Read(name).Snippets
            // Drawings are looked at.
            .Where(snippet => !snippet.IsRun && snippet.Language is not "mermaid" && Elsewhere.RunBy(snippet) is null && Elsewhere.WhyNot(snippet) is null)
            .Select(snippet => $"{snippet}, {(snippet.Language.Length > 0 ? snippet.Language : "without a language")}: which test runs this?");

        Assert.True(!untested.Any(), string.Join("\n", untested));
    }

    [Fact]
    public void Only_what_deploys_needs_more_than_a_machine_and_it_is_told()
    {
        var notRun = Document.Names.SelectMany(name => Document.Read(name).Snippets)
            .Where(snippet => Elsewhere.WhyNot(snippet) is not null)
            .Select(snippet => $"{snippet} {Elsewhere.WhyNot(snippet)}")
            .ToArray();

        output.WriteLine($"not run: {string.Join("; ", notRun)}");
        Assert.All(notRun, snippet => Assert.StartsWith("docs/deploy.md:", snippet, StringComparison.Ordinal));
    }
}
