namespace SseAspire.Broker;

/// <summary>
/// The newest entry that this process has appended or read as the log's tail: what the log must still have. Where it has
/// not, it has lost its tail, and ids that were given would be given again.
/// </summary>
/// <remarks>May be used by any thread.</remarks>
internal sealed class NewestKnown
{
    private LogEntry? _entry;

    /// <summary>The entry; null before the first.</summary>
    public LogEntry? Entry => Volatile.Read(ref _entry);

    /// <summary>Takes an entry that is newer than the one known.</summary>
    public void Advance(LogEntry entry)
    {
        for (var known = Entry; known is null || known.Id < entry.Id;)
        {
            var found = Interlocked.CompareExchange(ref _entry, entry, known);
            if (ReferenceEquals(found, known))
            {
                return;
            }

            known = found;
        }
    }

    /// <summary>Whether what stands in the log at the known id is another event: the id was given twice.</summary>
    public static bool Differs(LogEntry known, LogEntry found) =>
        found.Event.At.ToUnixTimeMilliseconds() != known.Event.At.ToUnixTimeMilliseconds()
        || found.Event.Id != known.Event.Id
        || !found.Event.Topics.SequenceEqual(known.Event.Topics, StringComparer.Ordinal)
        || !found.Event.Data.Span.SequenceEqual(known.Event.Data.Span);
}
