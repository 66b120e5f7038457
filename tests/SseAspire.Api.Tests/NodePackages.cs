using System.Diagnostics;

namespace SseAspire.Api.Tests;

/// <summary>The npm packages that tests read with, as the lockfile has them.</summary>
internal static class NodePackages
{
    private static readonly Lazy<Task> Installed = new(RunAsync);

    /// <summary>Where they are installed.</summary>
    public static string Folder => Path.Combine(AppContext.BaseDirectory, "Node");

    /// <summary>Installs them once; skips the test where there is no npm.</summary>
    /// <returns>The folder with the programs that use them.</returns>
    public static async Task<string> InstallAsync()
    {
        Executable.Find("npm");
        await Installed.Value;
        return Folder;
    }

    private static async Task RunAsync()
    {
        using var npm = Process.Start(new ProcessStartInfo(Executable.Find("npm"), ["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = npm.StandardOutput.ReadToEndAsync();
        var errors = npm.StandardError.ReadToEndAsync();
        await npm.WaitForExitAsync();
        Assert.True(npm.ExitCode == 0, $"npm ci failed:\n{await output}\n{await errors}");
    }
}
