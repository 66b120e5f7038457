namespace SseAspire.Api.Tests;

/// <summary>Programs that a test uses where they are installed.</summary>
internal static class Executable
{
    /// <summary>The path of the first of these programs that is installed; skips the test where none is.</summary>
    public static string Find(params string[] names)
    {
        var found = names
            .SelectMany(name => (Environment.GetEnvironmentVariable("PATH") ?? "")
                .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
                .Select(folder => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists);
        Assert.SkipUnless(found is not null, $"{names[0]} is not installed");
        return found;
    }
}
