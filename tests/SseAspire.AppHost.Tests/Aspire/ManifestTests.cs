using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace SseAspire.AppHost.Tests;

/// <summary>What is published: the manifest that deployment tools read.</summary>
public sealed class ManifestTests
{
    [Fact]
    public async Task The_broker_is_a_Redis_that_answers_a_write_only_when_it_is_on_disk()
    {
        var broker = (await PublishAsync())["broker"]!;

        Assert.Equal("container.v0", (string?)broker["type"]);
        Assert.Equal("/data", (string?)broker["volumes"]![0]!["target"]);
        Assert.EndsWith("--appendonly yes --appendfsync always", (string?)broker["args"]!.AsArray()[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_are_secrets_and_operations_are_off()
    {
        var resources = await PublishAsync();

        Assert.True((bool)resources["publishing-key"]!["inputs"]!["value"]!["secret"]!);
        Assert.True((bool)resources["operations-key"]!["inputs"]!["value"]!["secret"]!);
        var api = resources["api"]!["env"]!.AsObject();
        Assert.Equal("{publishing-key.value}", (string?)api["Publishing__Key"]);
        Assert.Equal("{operations-key.value}", (string?)api["Operations__Key"]);
        Assert.DoesNotContain("Operations__Enabled", api.Select(variable => variable.Key));
        Assert.DoesNotContain("ASPNETCORE_ENVIRONMENT", api.Select(variable => variable.Key));
        var web = resources["web"]!["env"]!.AsObject();
        Assert.Equal("{publishing-key.value}", (string?)web["Publishing__Key"]);
        Assert.DoesNotContain("Operations__Key", web.Select(variable => variable.Key));
    }

    [Fact]
    public async Task Every_expression_refers_to_a_resource_that_is_there()
    {
        var resources = await PublishAsync();

        var references = Regex.Matches(resources.ToJsonString(), @"\{([\w-]+)\.").Select(match => match.Groups[1].Value);
        Assert.All(references, name => Assert.Contains(name, resources.Select(resource => resource.Key)));
        Assert.True((bool)resources["api"]!["bindings"]!["http"]!["external"]!);
        Assert.True((bool)resources["web"]!["bindings"]!["http"]!["external"]!);
    }

    private static async Task<JsonObject> PublishAsync()
    {
        var folder = Directory.CreateTempSubdirectory("sse-aspire-manifest-");
        try
        {
            var file = Path.Combine(folder.FullName, "manifest.json");
            var start = new ProcessStartInfo(
                Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
                [Path.Combine(AppContext.BaseDirectory, "SseAspire.AppHost.dll"), "--publisher", "manifest", "--output-path", file])
            {
                RedirectStandardOutput = true,
            };
            using var publish = Process.Start(start)!;
            var output = await publish.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await publish.WaitForExitAsync(TestContext.Current.CancellationToken);
            // A step that fails still ends with exit code 0.
            Assert.True(File.Exists(file), output);
            return JsonNode.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))!["resources"]!.AsObject();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
