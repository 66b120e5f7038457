using SseAspire.Broker;

namespace SseAspire.Api.Hub;

/// <summary>
/// Reads the log for those who are far behind, a page at a time. Readers who come along together share what is read,
/// and few pages are read at once: else a hundred of them would hold up the tail, which shares their connection.
/// </summary>
internal sealed class LogPages(EventLog log, TimeProvider time) : IDisposable
{
    /// <summary>How many pages are read at once: one is on its way while another is taken apart.</summary>
    private const int MostAtOnce = 2;

    /// <summary>How many pages are kept, of a thousand entries each.</summary>
    private const int MostKept = 32;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _turns = new(MostAtOnce, MostAtOnce);
    private readonly Lock _lock = new();
    private readonly List<Kept> _kept = [];

    /// <summary>A page that covers a place; an empty one where the log has nothing after it.</summary>
    /// <exception cref="BrokerUnavailableException">The log cannot be reached.</exception>
    public Task<LogPage> ReadAsync(EventId after, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var kept = _kept.Find(kept => kept.Covers(after)) ?? Begin(after);
            kept.Used = time.GetTimestamp();
            return kept.Reading.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Lets pages go that nobody has asked for lately.</summary>
    public void Release()
    {
        lock (_lock)
        {
            _kept.RemoveAll(kept => kept.Reading.IsCompleted && time.GetElapsedTime(kept.Used) > Patience);
        }
    }

    public void Dispose() => _turns.Dispose();

    private Kept Begin(EventId after)
    {
        if (_kept.Count == MostKept)
        {
            _kept.Remove(_kept.MinBy(kept => kept.Used)!);
        }

        var kept = new Kept(after);
        _kept.Add(kept);
        // On another thread, so that it does not begin under the lock.
        kept.Reading = Task.Run(() => FetchAsync(kept));
        return kept;
    }

    private async Task<LogPage> FetchAsync(Kept kept)
    {
        await _turns.WaitAsync();
        try
        {
            var page = new LogPage(kept.After, [.. await log.ReadAfterAsync(kept.After, EventLog.MaxRead)]);
            if (page.Count < EventLog.MaxRead)
            {
                // There will be more.
                Forget(kept);
            }

            return page;
        }
        catch
        {
            Forget(kept);
            throw;
        }
        finally
        {
            _turns.Release();
        }
    }

    private void Forget(Kept kept)
    {
        lock (_lock)
        {
            _kept.Remove(kept);
        }
    }

    /// <summary>A page that is read or being read. Looked at under the lock alone.</summary>
    private sealed class Kept(EventId after)
    {
        public EventId After { get; } = after;

        public Task<LogPage> Reading { get; set; } = null!;

        public long Used { get; set; }

        public bool Covers(EventId place) => place == After || (Reading.IsCompletedSuccessfully && Reading.Result.Covers(place));
    }
}
