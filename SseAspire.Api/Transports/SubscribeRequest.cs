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
internal sealed record SubscribeRequest(
    Selection Selection, string? Cursor, int History, bool Envelope, bool HeartbeatEvent)
{
    /// <summary>The most events of history that one request may ask for.</summary>
    public const int MaxHistory = 1_000;

    /// <summary>The other fields, of any transport.</summary>
    private static readonly string[] Fields = ["topic", "history", "envelope", "heartbeat", "limit", "wait", "meter"];

    private static readonly string[] CursorFields = [QueryFields.LastEventId, QueryFields.After];

    /// <summary>Reads the query, and the header that resumes, which wins over the query.</summary>
    /// <exception cref="BadRequestException">A field is wrong; the exception names it.</exception>
    public static SubscribeRequest Read(HttpRequest request, HubOptions options, string cursorField)
    {
        var query = QueryFields.Read(request);
        // Counted elsewhere, and only where operations are on; a wrong name is wrong everywhere.
        MeterName.Read(query);
        return new SubscribeRequest(
            ReadSelection(query, options),
            ReadCursor(request, query, cursorField),
            query.Number("history", 0, 0, MaxHistory),
            query.Flag("envelope"),
            ReadHeartbeat(query));
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

    /// <summary>
    /// Reads the cursor. Whatever it holds is no error: one that cannot be resumed from is a gap, because
    /// <c>EventSource</c> gives up for good on a 400, and an id may have been valid when it was given.
    /// </summary>
    private static string? ReadCursor(HttpRequest request, FormFields query, string field)
    {
        var inQuery = ReadQueryCursor(query, field);
        return request.Headers["Last-Event-ID"] is [.., { Length: > 0 } header] ? header : inQuery;
    }

    /// <summary>The cursor of the query: the last one where it is given more than once, since some clients append it on each reconnect.</summary>
    private static string? ReadQueryCursor(FormFields query, string field)
    {
        string? last = null;
        foreach (var (name, value) in query.Pairs)
        {
            if (Fields.Contains(name))
            {
                continue;
            }

            if (name == field || QueryFields.IsLastEventId(name))
            {
                last = value.Length > 0 ? value : last;
            }
            else
            {
                RefuseMisspelt(name, field);
            }
        }

        return last;
    }

    /// <summary>Refuses what would be ignored though it was meant: a cursor that is not read lets the reader start now and lose events.</summary>
    private static void RefuseMisspelt(string name, string cursorField)
    {
        if (name.StartsWith("last", StringComparison.OrdinalIgnoreCase) || Misspelling.FindMeant(name, CursorFields) is not null)
        {
            throw new BadRequestException(name, $"is not known here; resume with '{cursorField}'");
        }

        if (Misspelling.FindMeant(name, Fields) is { } meant)
        {
            throw new BadRequestException(name, $"is not known here; use '{meant}'");
        }
    }

    private static bool ReadHeartbeat(FormFields query) => query.One("heartbeat") switch
    {
        null or "comment" => false,
        "event" => true,
        _ => throw new BadRequestException("heartbeat", "is neither 'comment' nor 'event'"),
    };
}
