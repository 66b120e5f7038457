using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using SseAspire.Testing;
using YamlDotNet.Serialization;

namespace SseAspire.Docs.Tests;

/// <summary>
/// Nothing that others publish enters the build without a change of this repository: actions by commit, packages by
/// exact version.
/// </summary>
public sealed partial class SupplyChainTests
{
    private static readonly string[] Built = ["bin", "obj", "node_modules", ".git"];

    public static TheoryData<string> Workflows { get; } = [.. Files("*.yml", ".github/workflows")];

    public static TheoryData<string> Lockfiles { get; } = [.. Files("package-lock.json")];

    [Theory]
    [MemberData(nameof(Workflows))]
    public void A_workflow_takes_actions_by_commit_and_names_the_version(string name)
    {
        var uses = File.ReadLines(PathOf(name)).Where(line => line.Contains("uses:", StringComparison.Ordinal)).ToArray();

        Assert.NotEmpty(uses);
        Assert.All(uses, line => Assert.Matches(@"^\s*- uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line));
    }

    [Theory]
    [MemberData(nameof(Workflows))]
    public void A_workflow_may_only_read_the_repository_and_keeps_no_credentials(string name)
    {
        var workflow = Read(name);

        Assert.Empty(Map(workflow["permissions"]));
        foreach (var job in Map(workflow["jobs"]).Values.Select(Map))
        {
            Assert.Equal([("contents", "read")], Map(job["permissions"]).Select(permission => (permission.Key, permission.Value)));
            Assert.All(Steps(job).Where(step => step.GetValueOrDefault("uses") is string uses && uses.StartsWith("actions/checkout@", StringComparison.Ordinal)), step =>
                Assert.Equal("false", Map(step["with"])["persist-credentials"]));
        }
    }

    [Fact]
    public void A_scheduled_workflow_audits_the_packages_of_NuGet_and_npm()
    {
        var scheduled = Workflows.Select(row => Read(row.Data)).Single(workflow => Map(workflow["on"]).ContainsKey("schedule"));

        var commands = Map(scheduled["jobs"]).Values.SelectMany(job => Steps(Map(job)))
            .Where(step => !step.ContainsKey("continue-on-error"))
            .Select(step => step.GetValueOrDefault("run") as string).ToArray();
        Assert.Contains("dotnet restore SseAspire.sln -p:FailOnVulnerablePackages=true", commands);
        Assert.Contains(commands, command => command?.Contains("npm audit --package-lock-only --audit-level=low", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task A_restore_of_the_scheduled_workflow_fails_on_a_vulnerable_package_that_only_another_one_needs()
    {
        await using var feed = await AuditFeed.StartAsync("pipelines.sockets.unofficial");
        var folder = Directory.CreateTempSubdirectory("sse-aspire-audit-");
        try
        {
            await WriteAsync("Directory.Build.props", $"<Project><Import Project=\"{PathOf("Directory.Build.props")}\" /></Project>");
            await WriteAsync("Directory.Packages.props", $"<Project><Import Project=\"{PathOf("Directory.Packages.props")}\" /></Project>");
            await WriteAsync("audited.csproj", """<Project Sdk="Microsoft.NET.Sdk"><ItemGroup><PackageReference Include="StackExchange.Redis" /></ItemGroup></Project>""");
            await WriteAsync("nuget.config", $"""
                <configuration><auditSources><clear /><add key="audit" value="{feed.Index}" protocolVersion="3" allowInsecureConnections="true" /></auditSources></configuration>
                """);

            var (usual, output) = await RestoreAsync();
            Assert.True(usual == 0, output);
            Assert.Contains("warning NU1901", output, StringComparison.Ordinal);

            var (scheduled, errors) = await RestoreAsync("-p:FailOnVulnerablePackages=true");
            Assert.Equal(1, scheduled);
            Assert.Contains("error NU1901", errors, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        Task WriteAsync(string name, string content) =>
            File.WriteAllTextAsync(Path.Combine(folder.FullName, name), content, TestContext.Current.CancellationToken);

        async Task<(int ExitCode, string Output)> RestoreAsync(params string[] arguments)
        {
            using var restore = Process.Start(new ProcessStartInfo("dotnet", ["restore", .. arguments])
            {
                WorkingDirectory = folder.FullName,
                RedirectStandardOutput = true,
            })!;
            var output = await restore.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await restore.WaitForExitAsync(TestContext.Current.CancellationToken);
            return (restore.ExitCode, output);
        }
    }

    [Fact]
    public void Every_npm_manifest_has_exact_versions_and_a_lockfile()
    {
        foreach (var manifest in Files("package.json"))
        {
            var package = JsonNode.Parse(File.ReadAllText(PathOf(manifest)))!;
            foreach (var kind in (string[])["dependencies", "devDependencies", "optionalDependencies"])
            {
                Assert.All(package[kind]?.AsObject() ?? [], dependency => Assert.Matches(@"^(npm:[@\w./-]+@)?\d+\.\d+\.\d+$", (string?)dependency.Value));
            }

            Assert.Contains(Path.Combine(Path.GetDirectoryName(manifest)!, "package-lock.json"), Files("package-lock.json"));
        }
    }

    [Fact]
    public void Dependabot_updates_the_packages_of_every_lockfile()
    {
        var updates = ((List<object>)Read(".github/dependabot.yml")["updates"]).Select(Map);
        var folders = (List<object>)updates.Single(update => (string)update["package-ecosystem"] == "npm")["directories"];

        Assert.Equal(
            Lockfiles.Select(row => $"/{Path.GetDirectoryName(row.Data)}").Order(StringComparer.Ordinal),
            folders.Cast<string>().Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Lockfiles))]
    public void A_lockfile_has_the_hash_of_every_package_and_names_no_registry(string name)
    {
        var text = File.ReadAllText(PathOf(name));

        Assert.DoesNotContain("\"resolved\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("://", text, StringComparison.Ordinal);
        Assert.All(
            JsonNode.Parse(text)!["packages"]!.AsObject().Where(package => package.Key.Length > 0),
            package => Assert.StartsWith("sha512-", (string?)package.Value!["integrity"], StringComparison.Ordinal));
        // Else the next 'npm install' writes the registry of the machine that it runs on.
        Assert.Contains("omit-lockfile-registry-resolved=true", File.ReadAllLines(PathOf(Path.Combine(Path.GetDirectoryName(name)!, ".npmrc"))));
    }

    [Fact]
    public void Npm_packages_are_installed_as_the_lockfile_has_them()
    {
        var installs = new List<string>();
        foreach (var file in ((string[])["*.cs", "*.yml", "*.mjs", "*.csproj", "run", "install"]).SelectMany(pattern => Files(pattern)).Where(file => !file.EndsWith("SupplyChainTests.cs", StringComparison.Ordinal)))
        {
            installs.AddRange(File.ReadLines(PathOf(file)).Where(line => OtherInstall().IsMatch(line)).Select(line => $"{file}: {line}"));
        }

        Assert.Empty(installs);
    }

    [Fact]
    public void Every_NuGet_package_has_one_exact_version_at_one_place()
    {
        var central = XDocument.Load(PathOf("Directory.Packages.props"));
        var variables = central.Descendants("PropertyGroup").Elements().ToDictionary(property => property.Name.LocalName, property => property.Value);

        Assert.Equal(("true", "true"), (variables["ManagePackageVersionsCentrally"], variables["CentralPackageTransitivePinningEnabled"]));
        Assert.All(central.Descendants("PackageVersion"), package =>
        {
            var version = package.Attribute("Version")!.Value;
            Assert.Matches(@"^\d+(\.\d+){1,3}$", version.StartsWith("$(", StringComparison.Ordinal) ? variables[version[2..^1]] : version);
        });
        foreach (var project in Files("*.csproj"))
        {
            var content = XDocument.Load(PathOf(project));
            Assert.All(content.Descendants("PackageReference"), package => Assert.Equal("Include", Assert.Single(package.Attributes()).Name.LocalName));
            Assert.Matches(@"^[\w.]+(/\d+\.\d+\.\d+)?$", content.Root!.Attribute("Sdk")!.Value);
        }

        foreach (var program in Files("*.cs", "docs"))
        {
            Assert.All(
                File.ReadLines(PathOf(program)).Where(line => line.StartsWith("#:package", StringComparison.Ordinal)),
                line => Assert.DoesNotContain('@', line));
        }
    }

    private static string PathOf(string name) => Path.Combine(RepositoryRoot.Path, name);

    private static string[] Files(string pattern, string folder = ".") =>
    [
        .. Directory.EnumerateFiles(PathOf(folder), pattern, SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(RepositoryRoot.Path, file))
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Intersect(Built).Any())
            .Order(StringComparer.Ordinal),
    ];

    private static Dictionary<object, object> Map(object node) => (Dictionary<object, object>)node;

    private static IEnumerable<Dictionary<object, object>> Steps(Dictionary<object, object> job) => ((List<object>)job["steps"]).Select(Map);

    private static Dictionary<object, object> Read(string workflow) =>
        new Deserializer().Deserialize<Dictionary<object, object>>(File.ReadAllText(PathOf(workflow)));

    // As a command line, and as the arguments of a process.
    [GeneratedRegex(@"\bnpx\b|\bnpm (install|i|add)\b|npm.*\[""(install|i|add)""")]
    private static partial Regex OtherInstall();
}
