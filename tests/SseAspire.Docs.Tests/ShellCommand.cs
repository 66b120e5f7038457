using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace SseAspire.Docs.Tests;

/// <summary>Lines that somebody types into a shell, in a folder of their own, and what they have printed so far.</summary>
internal sealed class ShellCommand : IAsyncDisposable
{
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sse-aspire-docs-");
    private readonly Process _process;

    private ShellCommand(string lines, IReadOnlyDictionary<string, string> environment, (string Name, string Text)[] files)
    {
        foreach (var (name, text) in files)
        {
            File.WriteAllText(Path.Combine(_folder.FullName, name), text);
        }

        var start = new ProcessStartInfo("/bin/sh", ["-c", lines])
        {
            WorkingDirectory = _folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Keep(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(_errors, line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Why commands are not run where there is no shell.</summary>
    public static void Needed(string program) => Assert.SkipUnless(
        File.Exists("/bin/sh") && (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program))),
        $"{program} is not installed");

    /// <summary>What it has printed.</summary>
    public string Output => TextOf(_output);

    /// <summary>The same and what went wrong.</summary>
    public string Said => $"{Output}{TextOf(_errors)}";

    public bool HasEnded => _process.HasExited;

    /// <summary>Types the lines, in a folder with some files.</summary>
    public static ShellCommand Type(string lines, IReadOnlyDictionary<string, string> environment, params (string Name, string Text)[] files) =>
        new(lines, environment, files);

    /// <summary>Sends SIGTERM to the shell, or to the program that has replaced it (<c>exec</c>).</summary>
    public void Terminate() => Assert.Equal(0, Kill(_process.Id, 15));

    /// <summary>Waits until it has ended, and all that it printed is there.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> EndAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);

    private static string TextOf(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }

    private static void Keep(StringBuilder text, string? line)
    {
        if (line is not null)
        {
            lock (text)
            {
                text.Append(line).Append('\n');
            }
        }
    }
}
