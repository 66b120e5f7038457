using System.Globalization;

namespace SseAspire.Web.Console;

/// <summary>What the hub is asked for, and how.</summary>
/// <param name="Topics">Topics and patterns.</param>
/// <param name="Cursor">After which event to begin, or <c>earliest</c>, or null.</param>
/// <param name="History">With how many of the newest events to begin, where there is no cursor; or null.</param>
/// <param name="Envelope">Whether an SSE event's data is the JSON <c>{topic, type, at, data}</c>.</param>
/// <param name="HeartbeatEvent">Whether SSE heartbeats are events instead of comments.</param>
/// <param name="Wait">Seconds for which a long poll is held.</param>
/// <param name="Limit">The most events of one answer to a poll.</param>
/// <param name="Interval">Seconds between two polls.</param>
internal sealed record Subscription(
    IReadOnlyList<string> Topics,
    ConsoleTransport Transport,
    string? Cursor,
    int? History,
    bool Envelope,
    bool HeartbeatEvent,
    int Wait,
    int Limit,
    int Interval)
{
    public const string Earliest = "earliest";

    /// <summary>The request's address at a hub, without where to begin: what each request of a poll shares.</summary>
    /// <param name="hub">The hub's address without a slash at its end.</param>
    public string AddressAt(string hub) =>
        $"{(Transport == ConsoleTransport.WebSocket ? $"ws{hub["http".Length..]}" : hub)}{Transport.Path}?{QueryText.Write(Fields())}";

    /// <summary>Where to begin, to be put behind the address: <c>&amp;history=5</c>, or nothing for now.</summary>
    public string Start =>
        Cursor is not null ? $"&{QueryText.Write([new(Transport.CursorField, Cursor)])}"
        : History is { } history ? $"&history={history}"
        : "";

    private IEnumerable<KeyValuePair<string, string>> Fields()
    {
        foreach (var topic in Topics)
        {
            yield return new("topic", topic);
        }

        if (Transport == ConsoleTransport.Sse && Envelope)
        {
            yield return new("envelope", "true");
        }

        if (Transport == ConsoleTransport.Sse && HeartbeatEvent)
        {
            yield return new("heartbeat", "event");
        }

        if (Transport == ConsoleTransport.LongPoll)
        {
            yield return new("wait", Wait.ToString(CultureInfo.InvariantCulture));
        }

        if (Transport == ConsoleTransport.LongPoll || Transport == ConsoleTransport.Poll)
        {
            yield return new("limit", Limit.ToString(CultureInfo.InvariantCulture));
        }
    }
}
