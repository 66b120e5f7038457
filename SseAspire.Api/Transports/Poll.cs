using System.Net;
using Microsoft.Extensions.Options;
using SseAspire.Api.Http;
using SseAspire.Api.Hub;
using SseAspire.Broker;

namespace SseAspire.Api.Transports;

/// <summary>
/// <c>GET /events/poll</c>: the events after the cursor, as JSON <c>{events, next, gap?}</c>, at once.
/// </summary>
internal sealed class Poll(
    EventHub hub, StartResolver starts, ConnectionLimits limits, EventPages pages, IOptions<HubOptions> options)
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(2);

    public async Task ServeAsync(HttpContext context)
    {
        var request = SubscribeRequest.Read(context.Request, options.Value, "after");
        var limit = EventPages.LimitOf(QueryFields.Read(context.Request));
        var address = context.Connection.RemoteIpAddress ?? IPAddress.None;
        // Counted while it is answered: a client that takes its answer slowly keeps memory as a stream does.
        if (!limits.TryAcquire(address))
        {
            hub.Metrics.ConnectionRefused(Transport.Poll);
            await Refusal.AnswerAsync(context, hub.NextRetry());
            return;
        }

        try
        {
            if (HttpMethods.IsHead(context.Request.Method))
            {
                EventPages.Begin(context.Response);
                return;
            }

            await AnswerAsync(context, request, limit);
        }
        finally
        {
            limits.Release(address);
        }
    }

    private async Task AnswerAsync(HttpContext context, SubscribeRequest request, int limit)
    {
        if (!await hub.WaitForStartAsync(StartPatience, context.RequestAborted))
        {
            throw new BrokerUnavailableException("The hub does not follow the event log yet.");
        }

        var start = await starts.ResolveAsync(request.Cursor, request.History, request.Selection, context.RequestAborted);
        var page = await pages.ReadAsync(request.Selection, start, limit, context.RequestAborted);
        await pages.AnswerAsync(context, page, Transport.Poll);
    }
}
