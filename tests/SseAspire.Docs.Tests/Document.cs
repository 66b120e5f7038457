using Markdig;
using Markdig.Extensions.Tables;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using SseAspire.Testing;

namespace SseAspire.Docs.Tests;

/// <summary>A Markdown file of the repository that is written for its users.</summary>
internal sealed class Document
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UsePipeTables().Build();

    private readonly MarkdownDocument _syntax;

    private Document(string name)
    {
        Name = name;
        _syntax = Markdown.Parse(File.ReadAllText(Path), Pipeline);
        Snippets = ReadSnippets();
    }

    /// <summary>The names of all of them.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "README.md",
        "README.ru.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        .. Directory.GetFiles(System.IO.Path.Combine(RepositoryRoot.Path, "docs"), "*.md", SearchOption.AllDirectories)
            .Select(file => System.IO.Path.GetRelativePath(RepositoryRoot.Path, file).Replace('\\', '/')).Order(StringComparer.Ordinal),
    ];

    /// <summary>The file, relative to the repository.</summary>
    public string Name { get; }

    public string Path => System.IO.Path.Combine(RepositoryRoot.Path, Name);

    /// <summary>Its fenced blocks, except those that show what the one before them prints.</summary>
    public IReadOnlyList<Snippet> Snippets { get; }

    /// <summary>What the links and images of the file point to.</summary>
    public IEnumerable<string> Links => _syntax.Descendants<LinkInline>().Select(link => link.Url!);

    /// <summary>The names by which a link finds the headings, as GitHub makes them.</summary>
    public IEnumerable<string> Anchors => _syntax.Descendants<HeadingBlock>().Select(heading => AnchorOf(TextOf(heading.Inline!)));

    /// <summary>The rows of all tables: the text of each cell, with the code of its first.</summary>
    public IEnumerable<(IReadOnlyList<string> Names, IReadOnlyList<string> Cells)> Rows =>
        _syntax.Descendants<TableRow>().Where(row => !row.IsHeader).Select(row => (
            (IReadOnlyList<string>)[.. row[0].Descendants<CodeInline>().Select(code => code.Content)],
            (IReadOnlyList<string>)[.. row.Select(cell => string.Concat(cell.Descendants<ParagraphBlock>().Select(paragraph => TextOf(paragraph.Inline!))))]));

    public static Document Read(string name) => new(name);

    private static string TextOf(ContainerInline inline) => string.Concat(inline.Descendants().Select(part => part switch
    {
        LiteralInline literal => literal.Content.ToString(),
        CodeInline code => code.Content,
        HtmlEntityInline entity => entity.Transcoded.ToString(),
        _ => "",
    }));

    private static string AnchorOf(string heading) => string.Concat(heading.ToLowerInvariant().Select(c =>
        c is ' ' ? "-" : char.IsLetterOrDigit(c) || c is '-' or '_' ? $"{c}" : ""));

    private List<Snippet> ReadSnippets()
    {
        var snippets = new List<Snippet>();
        foreach (var block in _syntax.Descendants<FencedCodeBlock>())
        {
            var language = block.Info ?? "";
            var text = block.Lines.ToString();
            var siblings = block.Parent!;
            var previous = siblings.IndexOf(block) is > 0 and var index ? siblings[index - 1] : null;
            if (previous is FencedCodeBlock && snippets[^1] is { IsRun: true, Shown: null } command && Snippet.IsOutput(language))
            {
                snippets[^1] = command with { Shown = text, ShownAs = language };
            }
            else
            {
                snippets.Add(new Snippet(Name, block.Line + 1, language, text));
            }
        }

        return snippets;
    }
}
