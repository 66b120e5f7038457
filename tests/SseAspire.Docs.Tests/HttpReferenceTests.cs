using System.Text.Json.Nodes;
using SseAspire.Testing;

namespace SseAspire.Docs.Tests;

/// <summary>docs/http.md leaves nothing out that the API says of itself.</summary>
public sealed class HttpReferenceTests
{
    [Fact]
    public async Task Every_request_parameter_and_status_of_the_OpenAPI_document_is_in_the_reference()
    {
        var document = Document.Read("docs/http.md");
        await using var surroundings = await Surroundings.OfAsync(document);
        var api = JsonNode.Parse(await surroundings.Api.Client.GetStringAsync(
            new Uri("/openapi/v1.json", UriKind.Relative), TestContext.Current.CancellationToken))!;
        var text = await File.ReadAllTextAsync(document.Path, TestContext.Current.CancellationToken);
        var said = new List<string>();
        foreach (var (path, operations) in api["paths"]!.AsObject())
        {
            foreach (var (method, operation) in operations!.AsObject())
            {
                said.Add($"{method.ToUpperInvariant()} {path}");
                said.AddRange((operation!["parameters"]?.AsArray() ?? []).Select(parameter => $"{parameter!["name"]}"));
                said.AddRange(operation["responses"]!.AsObject().Select(response => response.Key).Where(status => status is not "101"));
            }
        }

        said.RemoveAll(word => text.Contains(word, StringComparison.Ordinal));
        Assert.True(said.Count == 0, string.Join("\n", said.Distinct()));
    }
}
