using System.Diagnostics;
using System.Text;

namespace SseAspire.Web.Tests;

/// <summary>A command that a visitor would type, in a folder of its own, and what it has printed so far.</summary>
internal sealed class CommandLine : IAsyncDisposable
{
    private readonly StringBuilder _output = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sse-aspire-command-");
    private readonly Process _process;

    private CommandLine(string line, (string Name, string Content)[] files)
    {
        foreach (var (name, content) in files)
        {
            File.WriteAllText(Path.Combine(_folder.FullName, name), content);
        }

        _process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", line])
        {
            WorkingDirectory = _folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Types a line into a shell, in a folder with some files.</summary>
    public static CommandLine Type(string line, params (string Name, string Content)[] files) => new(line, files);

    /// <summary>Does something again and again until the command has printed a text.</summary>
    public Task<string> UntilPrintedAsync(string text, TimeSpan patience, Func<Task> meanwhile) =>
        UntilAsync(output => output.Contains(text, StringComparison.Ordinal), $"'{text}' has not come", patience, meanwhile);

    /// <summary>Does something again and again until what the command has printed is as awaited.</summary>
    public async Task<string> UntilAsync(Func<string, bool> awaited, string otherwise, TimeSpan patience, Func<Task> meanwhile)
    {
        for (var started = Stopwatch.GetTimestamp(); !awaited(Output);)
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < patience, $"{otherwise}. What came:\n{Output}");
            await meanwhile();
            await Task.Delay(TimeSpan.FromMilliseconds(500), TestContext.Current.CancellationToken);
        }

        return Output;
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

    private void Keep(string? line)
    {
        lock (_output)
        {
            _output.AppendLine(line);
        }
    }
}
