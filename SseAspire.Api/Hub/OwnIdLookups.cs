using System.Collections.Concurrent;
using SseAspire.Broker;

namespace SseAspire.Api.Hub;

/// <summary>
/// Looks up ids that publishers gave in the log's index. Equal look-ups that are under way at once are one, since after a
/// restart many readers come back with the same id; two run at a time, and each is given up after a while: unknown ids in
/// bulk must neither occupy Redis nor keep those waiting who come with a known one.
/// </summary>
internal sealed class OwnIdLookups(EventLog log, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _turns = new(2, 2);
    private readonly ConcurrentDictionary<(string OwnId, Selection Selection), Lazy<Task<EventId?>>> _underWay = new();

    /// <summary>
    /// The id of the first event under the publisher's id that the selection wants; null where there is none, or where the
    /// look-up takes too long.
    /// </summary>
    /// <exception cref="BrokerUnavailableException">The log cannot be reached.</exception>
    public async Task<EventId?> FindAsync(string ownId, Selection selection, CancellationToken cancellationToken)
    {
        var key = (ownId, selection);
        var lookup = _underWay.GetOrAdd(key, key => new Lazy<Task<EventId?>>(() => FindAsync(key)));
        try
        {
            return await lookup.Value.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Nobody may wait for it any more, so its failure is observed here.
            _ = lookup.Value.ContinueWith(
                static failed => failed.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw;
        }
    }

    public void Dispose() => _turns.Dispose();

    private async Task<EventId?> FindAsync((string OwnId, Selection Selection) key)
    {
        // Its own time, and not that of the reader who came first: others wait for it.
        using var timeout = new CancellationTokenSource(Timeout, time);
        try
        {
            await _turns.WaitAsync(timeout.Token);
            try
            {
                return await log.FindAsync(key.OwnId, key.Selection.Matches, timeout.Token);
            }
            finally
            {
                _turns.Release();
            }
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            _underWay.TryRemove(key, out _);
        }
    }
}
