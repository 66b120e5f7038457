using SseAspire.Testing;

namespace SseAspire.Docs.Tests;

/// <summary>Whoever follows a link of the documents inside the repository arrives.</summary>
public sealed class LinkTests
{
    public static TheoryData<string> Documents => [.. Document.Names];

    [Theory]
    [InlineData("README.md")]
    [InlineData("README.ru.md")]
    public void The_README_leads_to_every_other_document(string name)
    {
        var links = Document.Read(name).Links.Select(link => link.Split('#')[0]).ToHashSet();
        var lost = Document.Names.Where(other => other.StartsWith("docs/", StringComparison.Ordinal) && !links.Contains(other));

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
}
