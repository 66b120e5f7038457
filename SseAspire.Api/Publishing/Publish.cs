using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using SseAspire.Api.Telemetry;
using SseAspire.Broker;

namespace SseAspire.Api.Publishing;

/// <summary>
/// <c>POST /events</c>: appends what a publisher sends, and answers 201 with the ids when it is in the log:
/// <c>{"id": "…"}</c>, for a batch <c>{"ids": ["…", …]}</c>.
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
        var ids = await log.AppendAsync(spans.Attach(activity, events), context.RequestAborted);
        metrics.EventsPublished(ids.Count);

        context.Response.StatusCode = StatusCodes.Status201Created;
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
}
