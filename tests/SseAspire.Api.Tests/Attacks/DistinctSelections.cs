using SseAspire.Testing;

namespace SseAspire.Api.Tests.Attacks;

/// <summary>Readers of all topics, each with a selection of its own, so that the hub encodes every batch once for each of them.</summary>
internal sealed class DistinctSelections : IAsyncDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    private readonly List<CountingReader> _readers = [];

    private DistinctSelections()
    {
    }

    /// <summary>The readers.</summary>
    public IReadOnlyList<CountingReader> All => _readers;

    /// <summary>Opens so many streams.</summary>
    public static async Task<DistinctSelections> OpenAsync(ServiceProcess api, int readers, bool takesGzip = false)
    {
        var selections = new DistinctSelections();
        for (var i = 0; i < readers; i++)
        {
            selections._readers.Add(await CountingReader.OpenAsync(api, $"topic=**&topic=x{i}", takesGzip));
        }

        return selections;
    }

    /// <summary>Waits until each reader has so many events.</summary>
    public Task WaitAsync(int events) => Task.WhenAll(_readers.Select(reader => reader.WaitAsync(events, Timeout)));

    public async ValueTask DisposeAsync()
    {
        foreach (var reader in _readers)
        {
            await reader.DisposeAsync();
        }
    }
}
