using SseAspire.Testing;

namespace SseAspire.Api.Tests.Proxies;

/// <summary>A configuration as <c>docs/proxies.md</c> has it, so that what is documented is what is tested.</summary>
internal static class DocumentedConfiguration
{
    /// <summary>Where every block of it sends requests.</summary>
    public const string Api = "127.0.0.1:8081";

    /// <summary>The one block of the language, with texts of it replaced that only a machine of its own can have.</summary>
    public static string Read(string language, params (string Documented, string Here)[] replacements)
    {
        var lines = File.ReadLines(Path.Combine(RepositoryRoot.Path, "docs", "proxies.md")).ToArray();
        var begin = Assert.Single(lines.Index(), line => line.Item == $"```{language}").Index + 1;
        var block = string.Join('\n', lines[begin..].TakeWhile(line => line != "```"));
        foreach (var (documented, here) in replacements)
        {
            Assert.Contains(documented, block, StringComparison.Ordinal);
            block = block.Replace(documented, here, StringComparison.Ordinal);
        }

        return block;
    }
}
