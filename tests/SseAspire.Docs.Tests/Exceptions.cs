namespace SseAspire.Docs.Tests;

/// <summary>The blocks that are not run as a reader would, each with where it is run instead or why it cannot be.</summary>
internal static class Exceptions
{
    private static readonly (string Document, string Text, string Reason)[] Known =
    [
        ("README", "dotnet start.cs", $"run by {nameof(StartTests)}"),
        ("README", "dotnet test.cs", "what runs this test"),
        ("docs/performance.md", "dotnet run -c Release --project tests/SseAspire.Benchmarks", $"run by {nameof(BenchmarkTests)}, with less to do"),
    ];

    /// <summary>Where it is run or why not; null where it is none of these.</summary>
    public static string? Of(Snippet snippet) =>
        Known.FirstOrDefault(known => snippet.Document.StartsWith(known.Document, StringComparison.Ordinal)
            && snippet.Text.StartsWith(known.Text, StringComparison.Ordinal)).Reason;
}
