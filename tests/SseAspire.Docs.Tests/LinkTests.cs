using SseAspire.Testing;

namespace SseAspire.Docs.Tests;

/// <summary>Whoever follows a link of the documents inside the repository arrives.</summary>
public sealed class LinkTests
{
    private const string DecisionRecords = "docs/adr/";

    public static TheoryData<string> Documents => [.. Document.Names];

    [Theory]
    [InlineData("README.md")]
    [InlineData("README.ru.md")]
    public void The_README_leads_to_every_other_document(string name)
    {
        var links = LinksOf(name);
        var lost = Document.Names.Where(other =>
            !other.StartsWith("README", StringComparison.Ordinal) && !other.StartsWith(DecisionRecords, StringComparison.Ordinal) && !links.Contains(other));

        Assert.True(!lost.Any(), string.Join("\n", lost));
    }

    [Fact]
    public void The_architecture_leads_to_every_decision_record()
    {
        var links = LinksOf("docs/architecture.md");
        var lost = Document.Names.Where(other =>
            other.StartsWith($"{DecisionRecords}0", StringComparison.Ordinal) && !links.Contains(other["docs/".Length..]));

        Assert.True(!lost.Any(), string.Join("\n", lost));
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_link_inside_the_repository_leads_to_a_file_and_to_a_heading_of_it(string name)
    {
        var document = Document.Read(name);
        var folder = Path.GetDirectoryName(document.Path)!;
        var dead = document.Links.Where(link => !Uri.TryCreate(link, UriKind.Absolute, out _) && !Leads(link));

        Assert.True(!dead.Any(), string.Join("\n", dead));

        bool Leads(string link)
        {
            var (file, anchor) = link.Split('#') is [var path, var fragment] ? (path, fragment) : (link, null);
            var target = file.Length == 0 ? document.Path : Path.GetFullPath(Path.Combine(folder, file));
            return Path.Exists(target)
                && (anchor is null || Document.Read(Path.GetRelativePath(RepositoryRoot.Path, target)).Anchors.Contains(Uri.UnescapeDataString(anchor)));
        }
    }

    private static HashSet<string> LinksOf(string name) => [.. Document.Read(name).Links.Select(link => link.Split('#')[0])];
}
