using Microsoft.Extensions.Options;
using SseAspire.Api.Http;
using SseAspire.Api.Hub;
using SseAspire.Broker;

namespace SseAspire.Api.Transports;

/// <summary>
/// <c>GET /events/poll</c>: what there is after the cursor, as JSON <c>{events, next, gap?}</c>, at once.
/// </summary>
internal sealed class Poll(EventHub hub, StartResolver starts, EventPages pages, IOptions<HubOptions> options)
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(2);

    public async Task ServeAsync(HttpContext context)
    {
        var request = SubscribeRequest.Read(context.Request, options.Value, "after");
        var limit = EventPages.LimitOf(QueryFields.Read(context.Request));
        if (!await hub.WaitForStartAsync(StartPatience, context.RequestAborted))
        {
            throw new BrokerUnavailableException("The hub does not follow the event log yet.");
        }

        var start = await starts.ResolveAsync(request.Cursor, request.History, request.Selection, context.RequestAborted);
        var page = await pages.ReadAsync(request.Selection, start, limit, context.RequestAborted);
        pages.Answer(context, page, Transport.Poll);
    }
}
