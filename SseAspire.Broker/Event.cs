using System.Text;

namespace SseAspire.Broker;

/// <summary>
/// What a publisher appends to the log. Its place there, the <see cref="EventId"/>, is given by the log.
/// </summary>
public sealed record Event
{
    /// <summary>The most topics one event may carry.</summary>
    public const int MaxTopics = 16;

    /// <summary>The longest own id and the longest type, in bytes of UTF-8.</summary>
    public const int MaxNameBytes = 256;

    /// <summary>The largest <see cref="Data"/>, in bytes. The API's own limit is a setting below it.</summary>
    public const int MaxDataBytes = 16 << 20;

    /// <summary>The longest <see cref="Retry"/>, in milliseconds: an hour. A longer one would keep a reader away for days.</summary>
    public const int MaxRetry = 3_600_000;

    /// <summary>What an entry of the log holds that no publisher wrote: no topic, so that nobody receives it.</summary>
    public static readonly Event None = new() { Topics = [], Data = default, At = DateTimeOffset.UnixEpoch };

    /// <summary>The topics: the first is canonical, the rest alternates. At least one.</summary>
    public required IReadOnlyList<string> Topics { get; init; }

    /// <summary>The payload, UTF-8. May be empty, may have lines.</summary>
    public required ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>When the publisher made it. Kept in the log to the millisecond.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The event's type: what <c>EventSource</c> dispatches it as; null for <c>message</c>.</summary>
    public string? Type { get; init; }

    /// <summary>The publisher's own id: readers see it instead of the log's and may resume from it.</summary>
    public string? Id { get; init; }

    /// <summary>Milliseconds a reader waits before it reconnects, from this event on.</summary>
    public int? Retry { get; init; }

    /// <summary>The W3C trace context of the span that published it.</summary>
    public string? TraceParent { get; init; }

    /// <summary>An event of one topic with text as its payload.</summary>
    public static Event Create(string topic, string data, DateTimeOffset at, string? type = null, string? id = null) =>
        new() { Topics = [topic], Data = Encoding.UTF8.GetBytes(data), At = at, Type = type, Id = id };

    /// <summary>
    /// Checks what a publisher may append: nothing that would harm a reader or the log, or that a reader would take for
    /// something else.
    /// </summary>
    /// <exception cref="InvalidEventException">A field is wrong; the exception names it.</exception>
    public void Validate()
    {
        if ((Refuse() ?? RefusePublication()) is { } wrong)
        {
            throw wrong;
        }
    }

    /// <summary>
    /// What publishers may no longer append. An entry that is in the log already is still delivered: to skip it would lose
    /// an event that was confirmed.
    /// </summary>
    private InvalidEventException? RefusePublication()
    {
        foreach (var topic in Topics)
        {
            if (Topic.RefuseDepth(topic) is { } reason)
            {
                return new InvalidEventException("topic", reason);
            }
        }

        return Type is "error" or "open"
            // A handler that reports a lost connection would run for the event.
            ? new InvalidEventException("type", "is reserved: EventSource dispatches its own events under this name")
            : Retry > MaxRetry ? new InvalidEventException("retry", $"is longer than {MaxRetry} milliseconds") : null;
    }

    /// <summary>What harms a reader or the log, or null where nothing does.</summary>
    internal InvalidEventException? Refuse()
    {
        if (Topics.Count == 0)
        {
            return new InvalidEventException("topic", "is missing");
        }

        if (Topics.Count > MaxTopics)
        {
            return new InvalidEventException("topic", $"is given more than {MaxTopics} times");
        }

        foreach (var topic in Topics)
        {
            if (Topic.Refuse(topic) is { } reason)
            {
                return new InvalidEventException("topic", reason);
            }
        }

        if (Data.Length > MaxDataBytes)
        {
            return new InvalidEventException("data", $"is larger than {MaxDataBytes} bytes");
        }

        if (!System.Text.Unicode.Utf8.IsValid(Data.Span))
        {
            return new InvalidEventException("data", "is not valid UTF-8");
        }

        if (RefuseName("type", Type) is { } wrongType)
        {
            return wrongType;
        }

        if (Type is "gap" or "heartbeat")
        {
            // A reader would take it for the hub's own word that events are gone, or that the stream lives.
            return new InvalidEventException("type", "is reserved: only the hub itself sends it");
        }

        if (Id is not null && RefuseId(Id) is { } wrongId)
        {
            return new InvalidEventException("id", wrongId);
        }

        return Retry < 0 ? new InvalidEventException("retry", "is negative") : null;
    }

    /// <summary>
    /// What is wrong with a publisher's own id, or null where it is right: it must be one that every reader gets and sends
    /// back unchanged as <c>Last-Event-ID</c>, and that cannot be taken for an id of the log.
    /// </summary>
    public static string? RefuseId(string id) =>
        id.Length == 0 ? "is empty"
        : id.Length > MaxNameBytes ? $"is longer than {MaxNameBytes} bytes"
        // Browsers send it as UTF-8 in a header that others read as Latin-1; a line break would inject fields into every
        // reader's stream, and readers ignore an id with NUL (HTML standard, 9.2.6).
        : id.AsSpan().ContainsAnyExceptInRange(' ', '~') ? "has a character other than printable ASCII, so a reader could not resume from it"
        // HTTP strips spaces from both ends of a header, so a reader would come back with another id.
        : id[0] == ' ' || id[^1] == ' ' ? "begins or ends with a space, so a reader could not resume from it"
        : EventId.HasForm(id) || id is "earliest" ? "has the form of an id of the log, so a reader could not resume from it"
        : null;

    // A CR or LF would inject fields of the publisher's choosing into every reader's stream.
    private static InvalidEventException? RefuseName(string field, string? value) =>
        value is not null && Topic.RefuseSelector(value) is { } reason ? new InvalidEventException(field, reason) : null;
}
