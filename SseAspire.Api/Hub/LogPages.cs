using SseAspire.Broker;

namespace SseAspire.Api.Hub;

/// <summary>
/// Reads the log for those who are far behind, a page at a time. Readers who come along together share what is read,
/// and few pages are read at once: else a hundred of them would hold up the tail, which shares their connection. While
/// one is on its way to a reader the next are read.
/// </summary>
internal sealed class LogPages(EventLog log, TimeProvider time) : IDisposable
{
    /// <summary>How many pages are read at once: one is on its way while another is taken apart.</summary>
    private const int MostAtOnce = 2;

    /// <summary>How many entries a page has at the most.</summary>
    private const int PageEntries = 500;

    /// <summary>
    /// How many bytes a page takes, one entry more at the most: a reader that stops reading keeps the frames of one.
    /// </summary>
    private const long PageBytes = 512 << 10;

    /// <summary>How many pages are read before a reader asks for them.</summary>
    private const int MostAhead = 2;

    /// <summary>How many pages are kept.</summary>
    private const int MostKept = 64;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _turns = new(MostAtOnce, MostAtOnce);
    private readonly Lock _lock = new();
    private readonly List<Kept> _kept = [];
    private readonly ReadSize _size = new(PageBytes, PageEntries);

    /// <summary>A page that covers a place; an empty one where the log has nothing after it.</summary>
    /// <exception cref="BrokerUnavailableException">The log cannot be reached.</exception>
    public Task<LogPage> ReadAsync(EventId after, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var kept = Find(after) ?? Begin(after);
            kept.Ahead = 0;
            ReadOn(kept);
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
        // A page that is read ahead may never be requested, so its failure is observed here. A later request reads again.
        _ = kept.Reading.ContinueWith(
            static failed => _ = failed.Exception,
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        return kept;
    }

    /// <summary>Begins with what follows a page that somebody asks for, or is about to.</summary>
    private void ReadOn(Kept kept)
    {
        kept.Used = time.GetTimestamp();
        if (kept.Ahead < MostAhead && kept.Last is { } last)
        {
            var next = Find(last) ?? Begin(last);
            next.Ahead = Math.Min(next.Ahead, kept.Ahead + 1);
            ReadOn(next);
        }
    }

    private Kept? Find(EventId place) => _kept.Find(kept => kept.Covers(place));

    private async Task<LogPage> FetchAsync(Kept kept)
    {
        await _turns.WaitAsync();
        try
        {
            var count = _size.Count;
            var read = await log.ReadAfterAsync(kept.After, count);
            _size.Learn(read);
            var bytes = 0L;
            var page = new LogPage(kept.After, [.. read.TakeWhile(entry => (bytes += entry.Bytes) - entry.Bytes < PageBytes)]);
            if (read.Count < count && page.Count == read.Count)
            {
                // Partial page at the end of the log: more will follow, so that it is not kept.
                Forget(kept);
            }
            else
            {
                lock (_lock)
                {
                    kept.Last = page.Last;
                    ReadOn(kept);
                }
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

        /// <summary>How many pages it is ahead of the one that a reader has asked for last.</summary>
        public int Ahead { get; set; } = MostAhead;

        /// <summary>The place of its last entry, once it is read and full.</summary>
        public EventId? Last { get; set; }

        public bool Covers(EventId place) => place == After || (Reading.IsCompletedSuccessfully && Reading.Result.Covers(place));
    }
}
