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
        Assert.Equal("broker-data", (string?)broker["volumes"]![0]!["name"]);
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
        Assert.DoesNotContain(resources["producer"]!["env"]!.AsObject(), variable => variable.Key.StartsWith("Operations__", StringComparison.Ordinal));
        var web = resources["web"]!["env"]!.AsObject();
        Assert.Equal("{publishing-key.value}", (string?)web["Publishing__Key"]);
        Assert.DoesNotContain("Operations__Key", web.Select(variable => variable.Key));
    }

    [Fact]
    public async Task The_demonstration_is_published_only_where_it_is_switched_on()
    {
        var resources = await PublishAsync();

        Assert.DoesNotContain("demonstration", resources.Select(resource => resource.Key));
        Assert.DoesNotContain("demonstration-key", resources.Select(resource => resource.Key));
        Assert.Equal("false", (string?)resources["web"]!["env"]!["Demonstration__Enabled"]);
    }

    [Fact]
    public async Task Switched_on_the_demonstration_has_a_log_and_a_key_of_its_own()
    {
        var resources = await PublishAsync("--Demonstration:Enabled=true");

        var demonstration = resources["demonstration"]!["env"]!.AsObject();
        Assert.Equal("demonstration", (string?)demonstration["Log__Hub"]);
        Assert.Equal("true", (string?)demonstration["Operations__Enabled"]);
        Assert.Equal("{demonstration-key.value}", (string?)demonstration["Publishing__Key"]);
        Assert.Equal("{demonstration-key.value}", (string?)demonstration["Operations__Key"]);
        Assert.Equal("https://{web.bindings.http.host}", (string?)demonstration["Cors__Origins__0"]);
        Assert.True((bool)resources["demonstration"]!["bindings"]!["http"]!["external"]!);
        Assert.True((bool)resources["demonstration-key"]!["inputs"]!["value"]!["secret"]!);
        var web = resources["web"]!["env"]!.AsObject();
        Assert.Equal("true", (string?)web["Demonstration__Enabled"]);
        Assert.Equal("{demonstration-key.value}", (string?)web["Demonstration__Key"]);
        Assert.Equal("https://{demonstration.bindings.http.host}", (string?)web["Demonstration__PublicUrl"]);
        Assert.DoesNotContain("Operations__Key", web.Select(variable => variable.Key));
    }

    [Fact]
    public async Task Every_expression_refers_to_a_resource_that_is_there()
    {
        var resources = await PublishAsync("--Demonstration:Enabled=true");

        var references = Regex.Matches(resources.ToJsonString(), @"\{([\w-]+)\.").Select(match => match.Groups[1].Value);
        Assert.All(references, name => Assert.Contains(name, resources.Select(resource => resource.Key)));
        Assert.True((bool)resources["api"]!["bindings"]!["http"]!["external"]!);
        Assert.True((bool)resources["web"]!["bindings"]!["http"]!["external"]!);
    }

    [Fact]
    public async Task Browsers_are_sent_to_the_ingress_over_TLS()
    {
        var resources = await PublishAsync();

        Assert.Equal("https://{api.bindings.http.host}", (string?)resources["web"]!["env"]!["Api__PublicUrl"]);
        Assert.Equal("https://{web.bindings.http.host}", (string?)resources["api"]!["env"]!["Cors__Origins__0"]);
    }

    [Fact]
    public async Task Browsers_are_sent_to_where_the_settings_say()
    {
        var resources = await PublishAsync(
            "--Api:PublicUrl=https://hub.example.com/", "--Web:PublicUrl=http://shop.example.com:8080",
            "--Demonstration:Enabled=true", "--Demonstration:PublicUrl=https://try.example.com/");

        Assert.Equal("https://hub.example.com", (string?)resources["web"]!["env"]!["Api__PublicUrl"]);
        Assert.Equal("http://shop.example.com:8080", (string?)resources["api"]!["env"]!["Cors__Origins__0"]);
        Assert.Equal("https://try.example.com", (string?)resources["web"]!["env"]!["Demonstration__PublicUrl"]);
    }

    [Fact]
    public async Task The_front_end_keeps_the_keys_of_its_forms_in_the_broker()
    {
        var resources = await PublishAsync();

        Assert.Equal("{broker.connectionString}", (string?)resources["web"]!["env"]!["ConnectionStrings__broker"]);
    }

    [Fact]
    public async Task The_templates_of_azd_have_whatever_the_manifest_tells_a_service()
    {
        var resources = await PublishAsync("--Demonstration:Enabled=true");

        // Of the forms in which Aspire tells an address the services read one.
        Assert.All(["producer", "api", "demonstration", "web"], name => Assert.Empty(resources[name]!["env"]!.AsObject()
            .Select(variable => variable.Key)
            .Where(variable => !variable.StartsWith("BROKER_", StringComparison.Ordinal))
            .Except(["API_HTTP", "services__api__http__0", "DEMONSTRATION_HTTP", "services__demonstration__http__0", .. ContainerApp.Read(name).Environment.Keys])
            .Except(name == "producer" ? ["ASPNETCORE_FORWARDEDHEADERS_ENABLED"] : [])));
        Assert.Equal(
            resources.Where(resource => (string?)resource.Value!["type"] is "project.v0" or "container.v0").Select(resource => resource.Key).Order(),
            ContainerApp.Names);
    }

    private static async Task<JsonObject> PublishAsync(params string[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("sse-aspire-manifest-");
        try
        {
            var file = Path.Combine(folder.FullName, "manifest.json");
            var start = new ProcessStartInfo(
                Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
                [Path.Combine(AppContext.BaseDirectory, "SseAspire.AppHost.dll"), "--publisher", "manifest", "--output-path", file, .. settings])
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
