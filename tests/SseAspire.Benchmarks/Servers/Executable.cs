using System.Diagnostics;

namespace SseAspire.Benchmarks.Servers;

/// <summary>Programs that are measured where they are installed.</summary>
internal static class Executable
{
    /// <summary>The path of a program, or null where it is not installed. Servers lie where not everybody's PATH leads.</summary>
    public static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Concat(["/usr/sbin", "/usr/local/sbin"])
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);

    /// <summary>What a program that is installed writes, to either output.</summary>
    public static string Output(string name, string argument)
    {
        using var process = Process.Start(new ProcessStartInfo(Find(name)!, [argument])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output + errors.Result;
    }
}
