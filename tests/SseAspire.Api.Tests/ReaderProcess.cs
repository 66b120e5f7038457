using System.Diagnostics;

namespace SseAspire.Api.Tests;

/// <summary>A reader that is a program of its own, with a folder of its own. Disposing ends it.</summary>
internal sealed class ReaderProcess : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sse-aspire-reader-");
    private readonly Process _process;

    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments; the folder stands for <c>{folder}</c>.</param>
    /// <param name="onLine">Is given each line that it prints.</param>
    /// <param name="files">Files in its folder, before it starts.</param>
    public ReaderProcess(string program, string[] arguments, Action<string>? onLine = null, params (string Name, string Text)[] files)
    {
        foreach (var (name, text) in files)
        {
            File.WriteAllText(Path.Combine(_folder.FullName, name), text);
        }

        var start = new ProcessStartInfo(program, arguments.Select(argument => argument.Replace("{folder}", _folder.FullName, StringComparison.Ordinal)))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // What a browser keeps for its user belongs to this run alone.
        start.Environment["HOME"] = _folder.FullName;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is { } text)
            {
                onLine?.Invoke(text);
            }
        };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Waits until it has ended by itself.</summary>
    public Task WaitForExitAsync(CancellationToken cancellationToken) => _process.WaitForExitAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        // A browser is many processes.
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        try
        {
            _folder.Delete(recursive: true);
        }
        catch (IOException)
        {
            // A child of it that is still ending writes there; the system clears its temporary files.
        }
    }
}
