using System.Text.Json;
using Microsoft.Extensions.Options;
using SseAspire.Api.Http;
using SseAspire.Api.Hub;
using SseAspire.Broker;

namespace SseAspire.Api.Transports;

/// <summary>
/// <c>GET /events/poll</c>: what there is after the cursor, as JSON <c>{events, next, gap?}</c>, at once.
/// </summary>
internal sealed class Poll(EventHub hub, StartResolver starts, LogReader reader, IOptions<HubOptions> options)
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1_000;

    /// <summary>How many entries one request looks through: with a rare topic the rest is the next request's.</summary>
    private const int MaxScanned = 10_000;

    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(2);

    public async Task ServeAsync(HttpContext context)
    {
        var request = SubscribeRequest.Read(context.Request, options.Value, "after");
        var limit = QueryFields.Read(context.Request).Number("limit", DefaultLimit, 1, MaxLimit);
        if (!await hub.WaitForStartAsync(StartPatience, context.RequestAborted))
        {
            throw new BrokerUnavailableException("The hub does not follow the event log yet.");
        }

        var start = await starts.ResolveAsync(request.Cursor, request.History, request.Selection, context.RequestAborted);
        var page = await ReadPageAsync(request.Selection, start, limit, context.RequestAborted);

        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter, EventJson.Options);
        json.WriteStartObject();
        json.WriteStartArray("events");
        foreach (var entry in page.Events)
        {
            json.WriteStartObject();
            EventJson.WriteFields(json, entry, withId: true);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("next", page.Next.ToString());
        if (page.Gap is { } gap)
        {
            json.WritePropertyName("gap");
            EventJson.WriteGap(json, gap);
        }

        json.WriteEndObject();
    }

    private async Task<Page> ReadPageAsync(Selection selection, StartPosition start, int limit, CancellationToken cancellationToken)
    {
        var page = new Page(start.Cursor, start.Gap);
        var buffer = new LogEntry[EventLog.MaxRead];
        for (var scanned = 0; scanned < MaxScanned;)
        {
            // Read first: where nothing follows the cursor though the hub has been further, all of it is gone.
            var position = hub.Position;
            var (entries, _) = await reader.ReadAfterAsync(page.Next, buffer, cancellationToken);
            foreach (var entry in entries.Span)
            {
                if (!page.TryPass(entry.Id))
                {
                    return page;
                }

                if (selection.Matches(entry.Event))
                {
                    page.Events.Add(entry);
                    if (page.Events.Count == limit)
                    {
                        return page;
                    }
                }
            }

            if (entries.Length < buffer.Length)
            {
                if (entries.Length == 0 && page.Next < position && page.TryPass(position.Next))
                {
                    page.Next = position;
                }

                return page;
            }

            scanned += entries.Length;
        }

        return page;
    }

    /// <summary>What one request answers. A gap stands at its beginning: events before one end the page.</summary>
    private sealed class Page(EventId next, Gap? gap)
    {
        public List<LogEntry> Events { get; } = [];

        public Gap? Gap { get; private set; } = gap;

        public EventId Next { get; set; } = next;

        /// <summary>Goes on to an entry, unless a gap lies before it that must begin the next page.</summary>
        public bool TryPass(EventId entry)
        {
            if (Hub.Gap.Between(Next, entry) is { } missing)
            {
                if (Events.Count > 0 || Gap is not null)
                {
                    return false;
                }

                Gap = missing;
            }

            Next = entry;
            return true;
        }
    }
}
