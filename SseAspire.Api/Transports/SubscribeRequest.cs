using SseAspire.Api.Http;
using SseAspire.Api.Hub;
using SseAspire.Api.Metering;
using SseAspire.Broker;

namespace SseAspire.Api.Transports;

/// <summary>
/// What a subscriber asks for, whatever the transport: topics, where to start, and how to be served.
/// </summary>
/// <param name="Selection">The topics and patterns.</param>
/// <param name="Cursor">Where to resume, or null.</param>
/// <param name="History">How many of the newest events to begin with where there is no cursor.</param>
/// <param name="Envelope">Whether <c>data</c> is the JSON envelope.</param>
/// <param name="HeartbeatEvent">Whether the opening frame and heartbeats are events, which carry the cursor with data.</param>
/// <param name="IsMetered">Whether its bytes are to be counted.</param>
internal sealed record SubscribeRequest(
    Selection Selection, string? Cursor, int History, bool Envelope, bool HeartbeatEvent, bool IsMetered)
{
    /// <summary>The most events of history that one request may ask for.</summary>
    public const int MaxHistory = 1_000;

    /// <summary>What the transports call the cursor in the query.</summary>
    private static readonly string[] CursorFields = ["lastEventId", "after"];

    /// <summary>Reads the query, and the header that resumes, which wins over the query.</summary>
    /// <exception cref="BadRequestException">A field is wrong; the exception names it.</exception>
    public static SubscribeRequest Read(HttpRequest request, HubOptions options, string cursorField)
    {
        var query = QueryFields.Read(request);
        return new SubscribeRequest(
            ReadSelection(query, options),
            ReadCursor(request, query, cursorField),
            query.Number("history", 0, 0, MaxHistory),
            query.Flag("envelope"),
            ReadHeartbeat(query),
            // Counted elsewhere, and only where operations are on; a wrong name is wrong everywhere.
            IsMetered: MeterName.Read(query) is not null);
    }

    private static Selection ReadSelection(FormFields query, HubOptions options)
    {
        var selectors = query.All("topic");
        if (selectors.Count == 0)
        {
            throw new BadRequestException("topic", "is missing; name at least one topic or pattern, such as ?topic=news/earthquakes");
        }

        if (selectors.Count > options.MaxTopics)
        {
            throw new BadRequestException("topic", $"is given more than {options.MaxTopics} times");
        }

        foreach (var selector in selectors)
        {
            if (TopicSelector.Refuse(selector) is { } reason)
            {
                throw new BadRequestException("topic", reason);
            }
        }

        return new Selection(selectors);
    }

    private static string? ReadCursor(HttpRequest request, FormFields query, string field)
    {
        const string Header = "Last-Event-ID";
        var header = request.Headers[Header];
        if (header.Count > 1)
        {
            throw new BadRequestException(Header, "is given more than once");
        }

        // Ignored, it would let the reader start now and lose what it thought to resume.
        if (CursorFields.FirstOrDefault(other => other != field && query.All(other).Count > 0) is { } foreign)
        {
            throw new BadRequestException(foreign, $"is not known here; resume with '{field}'");
        }

        string? cursor = header;
        (cursor, field) = string.IsNullOrEmpty(cursor) ? (query.One(field), field) : (cursor, Header);
        if (string.IsNullOrEmpty(cursor))
        {
            return null;
        }

        if (Topic.RefuseSelector(cursor) is { } reason)
        {
            throw new BadRequestException(field, reason);
        }

        return EventId.HasForm(cursor) && !EventId.TryParse(cursor, out _)
            ? throw new BadRequestException(field, "has numbers larger than 64 bits")
            : cursor;
    }

    private static bool ReadHeartbeat(FormFields query) => query.One("heartbeat") switch
    {
        null or "comment" => false,
        "event" => true,
        _ => throw new BadRequestException("heartbeat", "is neither 'comment' nor 'event'"),
    };
}
