using System.Globalization;

namespace SseAspire.Benchmarks;

/// <summary>Each reader takes a file descriptor here and one in the server. Where there are too few, this says so first.</summary>
internal static class FileLimit
{
    private const string Limits = "/proc/self/limits";

    /// <summary>What a process has open besides its readers, roughly.</summary>
    private const int Others = 300;

    /// <summary>More than any measurement opens.</summary>
    private const int Enough = 200_000;

    /// <summary>How many a process may open, as far as that matters here.</summary>
    public static int Most
    {
        get
        {
            // Where the system does not tell, the first connection that fails does.
            if (!File.Exists(Limits))
            {
                return Enough;
            }

            // "Max open files   1024   524288   files": the runtime raises the first to the second by itself.
            var line = File.ReadLines(Limits).First(line => line.StartsWith("Max open files", StringComparison.Ordinal));
            var hard = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[4];
            return int.TryParse(hard, CultureInfo.InvariantCulture, out var limit) ? Math.Min(limit, Enough) : Enough;
        }
    }

    /// <param name="readers">How many there are to be.</param>
    /// <param name="each">How many each takes in this process: two where the server is in it too.</param>
    /// <exception cref="BenchmarkException">There are too few.</exception>
    public static void Check(int readers, int each = 1)
    {
        var needed = readers * each + Others;
        if (Most < needed)
        {
            throw new BenchmarkException(
                $"{readers} readers need {needed} file descriptors and this process may open {Most}. "
                + $"Raise the limit ('ulimit -n {needed}') or take fewer readers.");
        }
    }
}
