namespace SseAspire.Docs.Tests;

/// <summary>The blocks that are not run as a reader would, each with what runs it instead or why nothing can.</summary>
internal static class Elsewhere
{
    /// <summary>Programs that need what no test has: a cloud, a container engine, Aspire's own tool.</summary>
    private static readonly string[] Programs = ["azd", "az", "docker", "kubectl", "helm", "aspire"];

    /// <summary>What runs a block instead of <see cref="SnippetTests"/>, or null.</summary>
    public static string? RunBy(Snippet snippet) => (snippet.Document, snippet.Text) switch
    {
        ("docs/proxies.md", _) when snippet.Language is "nginx" or "json" or "caddyfile" => "SseAspire.Api.Tests.Proxies",
        ("docs/performance.md", var text) when text.StartsWith("dotnet run -c Release --project tests/SseAspire.Benchmarks", StringComparison.Ordinal) =>
            nameof(BenchmarkTests),
        ("docs/deploy.md", var text) when text.StartsWith("dotnet run --project SseAspire.AppHost -- --publisher manifest", StringComparison.Ordinal) =>
            "SseAspire.AppHost.Tests.ManifestTests",
        ("README.md" or "README.ru.md" or "docs/aspire.md", var text) when text.StartsWith("dotnet run --project SseAspire.AppHost", StringComparison.Ordinal) =>
            nameof(StartTests),
        ("docs/operations.md", var text) when text.StartsWith("ACL SETUSER hub", StringComparison.Ordinal) =>
            "SseAspire.Broker.Tests.EventLogUnderFailureTests",
        (_, "dotnet test") => "whoever runs the tests",
        _ => null,
    };

    /// <summary>Why nothing here can run a block, or null.</summary>
    public static string? WhyNot(Snippet snippet) => (snippet.Document, snippet.Language) switch
    {
        ("docs/deploy.md", "csharp") => "needs packages that the AppHost has only where it is published so",
        (_, "sh" or "") when snippet.Text.Split('\n').Select(ProgramOf).Any(Programs.Contains) => "needs a cloud, a container engine or Aspire's tool",
        _ => null,
    };

    /// <summary>What a line of a shell runs, after the variables that it sets for it.</summary>
    private static string ProgramOf(string line) => line.Split(' ').FirstOrDefault(word => !word.Contains('=', StringComparison.Ordinal)) ?? "";
}
