namespace SseAspire.Testing;

/// <summary>
/// Lets the test projects of this machine run one after another, however many of them <c>dotnet test</c> starts: each
/// of them starts servers and browsers, and tests that wait would fail beside another project's load. Every test
/// project has it as an assembly fixture: see <c>tests/Directory.Build.props</c>.
/// </summary>
public sealed class OneProjectAtATime : IDisposable
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(200);

    private readonly FileStream _lock = Acquire(Path.Combine(Path.GetTempPath(), "sseaspire-tests.lock"));

    /// <summary>Lets the next project run. The operating system does so for a process that crashed.</summary>
    public void Dispose() => _lock.Dispose();

    private static FileStream Acquire(string path)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Thread.Sleep(RetryInterval);
            }
        }
    }
}
