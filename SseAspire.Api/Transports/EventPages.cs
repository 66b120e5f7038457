using Microsoft.Extensions.Options;
using SseAspire.Api.Http;
using SseAspire.Api.Hub;
using SseAspire.Broker;

namespace SseAspire.Api.Transports;

/// <summary>Reads pages of events, and answers requests with them.</summary>
internal sealed class EventPages(EventHub hub, LogReader reader, IOptions<HubOptions> options, TimeProvider time)
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1_000;

    /// <summary>About how many bytes of events a page has: after them it says with <c>next</c> where to go on.</summary>
    private const long MaxBytes = 2 << 20;

    /// <summary>How many entries one page looks through: with a rare topic the rest is the next page's.</summary>
    private const int MaxScanned = 10_000;

    /// <summary>How many events a page may have, as a request says it.</summary>
    /// <exception cref="BadRequestException">It is none that may be asked for.</exception>
    public static int LimitOf(FormFields query) => query.Number("limit", DefaultLimit, 1, MaxLimit);

    /// <summary>Reads what a selection wants of what follows a place.</summary>
    /// <exception cref="BrokerUnavailableException">The log is needed and cannot be reached.</exception>
    public async ValueTask<EventPage> ReadAsync(Selection selection, StartPosition start, int limit, CancellationToken cancellationToken)
    {
        var page = new EventPage(start.Cursor, start.Gap);
        var buffer = new LogEntry[EventLog.MaxRead];
        for (var scanned = 0; scanned < MaxScanned;)
        {
            // Read first: where nothing follows the cursor though the hub has been further, all of it is gone.
            var position = hub.Position;
            var (entries, fromLog) = await reader.ReadAfterAsync(page.Next, buffer, cancellationToken);
            if (fromLog is not null)
            {
                page.ServedBy = Source.Log;
            }

            foreach (var entry in entries.Span)
            {
                if (!page.TryPass(entry.Id))
                {
                    return page;
                }

                if (selection.Matches(entry.Event))
                {
                    page.Add(entry);
                    if (page.Events.Count == limit || page.Bytes >= MaxBytes)
                    {
                        return page;
                    }
                }
            }

            if (entries.IsEmpty || (fromLog is null && entries.Length < buffer.Length))
            {
                if (entries.IsEmpty && page.Next < position && page.TryPass(position.Next))
                {
                    page.Next = position;
                }

                return page;
            }

            scanned += entries.Length;
        }

        return page;
    }

    /// <summary>Sets the headers of a page: all of the response where the request is a HEAD.</summary>
    public static void Begin(HttpResponse response)
    {
        response.ContentType = "application/json; charset=utf-8";
        response.Headers.CacheControl = "no-store";
    }

    /// <summary>Answers a request with a page, which the client must take within <see cref="HubOptions.WriteTimeout"/>.</summary>
    public async Task AnswerAsync(HttpContext context, EventPage page, Transport transport)
    {
        Begin(context.Response);
        var response = context.Response;
        long bytes;
        using var late = new CancellationTokenSource(options.Value.WriteTimeout, time);
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(late.Token, context.RequestAborted);
        try
        {
            bytes = await page.WriteAsync(response.BodyWriter, gone.Token);
        }
        catch (OperationCanceledException)
        {
            // Half an answer must not look like a whole one.
            context.Abort();
            return;
        }

        if (page.Gap is { } gap)
        {
            hub.Metrics.Gap(gap);
        }

        hub.Metrics.Written(transport, page.Events.Count, bytes, page.ServedBy, page.Events is [.., var newest] ? newest.Event.At.UtcTicks : 0);
    }
}
