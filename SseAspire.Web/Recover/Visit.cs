using System.Net;

namespace SseAspire.Web.Recover;

/// <summary>
/// One page that somebody looks at: its events, five a second on a topic of its own, and the names under which
/// the hub knows its two readers.
/// </summary>
internal sealed class Visit(string id, IPAddress visitor, DateTimeOffset begun)
{
    /// <summary>How many events wait at most for a hub that is away: a minute's. Then time stands still.</summary>
    private const int MaxWaiting = 300;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly Queue<NumberedEvent> _waiting = [];
    private DateTimeOffset _madeUntil = begun;
    private long _last;

    public string Id { get; } = id;

    /// <summary>The visitor's address, as limits count it.</summary>
    public IPAddress Visitor => visitor;

    public string Topic => $"recover/{Id}";

    /// <summary>What the page calls its readers at the hub (<c>meter=</c>), so that they alone can be cut.</summary>
    public IReadOnlyList<string> Meters => [$"recover-{Id}-sse", $"recover-{Id}-websocket"];

    /// <summary>Whether the hub was told to count the readers, so that it can cut them.</summary>
    public bool IsAnnounced { get; set; }

    /// <summary>When the page last said that somebody looks at it.</summary>
    public DateTimeOffset LookedAt { get; set; } = begun;

    /// <summary>What has happened up to now and is not published yet, oldest first.</summary>
    public IEnumerable<NumberedEvent> Happened(DateTimeOffset now)
    {
        for (; _madeUntil + Interval <= now && _waiting.Count < MaxWaiting; _madeUntil += Interval)
        {
            _waiting.Enqueue(new NumberedEvent(++_last, (_madeUntil + Interval).ToUnixTimeMilliseconds()));
        }

        if (_waiting.Count == MaxWaiting)
        {
            _madeUntil = now;
        }

        return _waiting;
    }

    /// <summary>The log has so many of them.</summary>
    public void Published(int count)
    {
        for (; count > 0; count--)
        {
            _waiting.Dequeue();
        }
    }
}
