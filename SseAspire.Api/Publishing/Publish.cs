using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using SseAspire.Api.Telemetry;
using SseAspire.Broker;

namespace SseAspire.Api.Publishing;

/// <summary>
/// <c>POST /events</c>: appends what a publisher sends, and answers 201 with the ids when it is in the log:
/// <c>{"id": "…"}</c>, for a batch <c>{"ids": ["…", …]}</c>. Where the log has all of the events already, under the same own
/// ids and first topics, the answer is 200 with the ids that they were given then: to publish again is safe.
/// </summary>
internal sealed class Publish(
    PublicationReader reader, EventLog log, HubMetrics metrics, PublicationSpans spans, IOptions<PublishingOptions> options)
{
    public async Task ServeAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            // Ours are the bounds, and ours names the field. Kestrel's stays just behind them.
            size.MaxRequestBodySize = options.Value.MaxRequestBytes + 1;
        }

        using var activity = PublicationSpans.Start();
        var (events, isBatch) = await reader.ReadAsync(context);
        var appended = await AppendAsync(spans.Attach(activity, events), context.RequestAborted);
        var ids = appended.Ids;
        metrics.EventsPublished(appended.New);

        context.Response.StatusCode = appended.New > 0 ? StatusCodes.Status201Created : StatusCodes.Status200OK;
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartObject();
        if (isBatch)
        {
            json.WriteStartArray("ids");
            foreach (var id in ids)
            {
                json.WriteStringValue(id.ToString());
            }

            json.WriteEndArray();
        }
        else
        {
            json.WriteString("id", ids[0].ToString());
        }

        json.WriteEndObject();
    }

    private async Task<Appended> AppendAsync(IReadOnlyList<Event> events, CancellationToken cancellationToken)
    {
        try
        {
            return await log.AppendAsync(events, cancellationToken);
        }
        catch (BrokerUnavailableException e)
        {
            metrics.AppendFailed(events.Count, e.Refusal);
            throw;
        }
    }
}
