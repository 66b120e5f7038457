using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using SseAspire.Benchmarks.Load;

namespace SseAspire.Benchmarks.Servers;

/// <summary>better-sse on Node.js, as the lockfile has it (Node/better-sse.js). No log, no resume: it only fans out.</summary>
internal sealed class BetterSseServer : ServerProcess
{
    private static readonly Lazy<string?> MissingReason = new(Restore);

    public BetterSseServer()
        : this(FreeAddress())
    {
    }

    private BetterSseServer(IPEndPoint address)
        : base(address, new ProcessStartInfo(
            Executable.Find("node")!, ["better-sse.js", address.Port.ToString(CultureInfo.InvariantCulture)])
        { WorkingDirectory = Folder })
    {
    }

    /// <summary>Why it cannot be measured here, or null where it can.</summary>
    public static string? Missing => MissingReason.Value;

    /// <summary>Of Node.js and of the package.</summary>
    public static string Version
    {
        get
        {
            using var package = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "node_modules", "better-sse", "package.json")));
            return $"Node.js {Executable.Output("node", "--version").Trim().TrimStart('v')}, better-sse {package.RootElement.GetProperty("version")}";
        }
    }

    public override string StreamPath => "/events";

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Node");

    protected override int CountServed(ReaderFleet readers) => Get("/readers")!.Value.GetInt32();

    private static string? Restore()
    {
        if (Executable.Find("node") is null || Executable.Find("npm") is not { } npm)
        {
            return "Node.js and npm are not installed";
        }

        var restored = new FileInfo(Path.Combine(Folder, "node_modules", ".package-lock.json"));
        if (restored.Exists && restored.LastWriteTimeUtc >= File.GetLastWriteTimeUtc(Path.Combine(Folder, "package-lock.json")))
        {
            return null;
        }

        using var process = Process.Start(new ProcessStartInfo(npm, ["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? null : $"its package cannot be restored: {errors.Result.Trim()}";
    }
}
