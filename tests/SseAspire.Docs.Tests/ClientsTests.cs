using System.Text.Json.Nodes;
using SseAspire.Testing;

namespace SseAspire.Docs.Tests;

/// <summary>docs/clients.md has a row for each client that the tests read with, in the version that they use.</summary>
public sealed class ClientsTests
{
    private static readonly string Node = Path.Combine(RepositoryRoot.Path, "tests/SseAspire.Api.Tests/Node");

    private static readonly string[] Rows = [.. Document.Read("docs/clients.md").Rows.Select(row => row.Cells[0])];

    [Fact]
    public void The_table_has_every_package_that_the_tests_use_in_its_version()
    {
        var packages = JsonNode.Parse(File.ReadAllText(Path.Combine(Node, "package.json")))!["dependencies"]!.AsObject();
        var missing = packages
            .Select(package => Write(package.Key, package.Value!.GetValue<string>()))
            .Where(package => !Rows.Any(row => row.Contains(package, StringComparison.Ordinal)));

        Assert.True(!missing.Any(), string.Join("\n", missing));
    }

    [Theory]
    [InlineData("Chromium")]
    [InlineData("Firefox")]
    [InlineData(".NET")]
    public void The_table_has_every_client_that_is_no_package(string client) =>
        Assert.Single(Rows, row => row.StartsWith(client, StringComparison.Ordinal));

    /// <summary>An alias, for several versions of a package, has the package and the version as its value.</summary>
    private static string Write(string name, string version) =>
        version.StartsWith("npm:", StringComparison.Ordinal) ? version["npm:".Length..].Replace('@', ' ') : $"{name} {version}";
}
