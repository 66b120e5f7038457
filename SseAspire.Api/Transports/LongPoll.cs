using System.Net;
using Microsoft.Extensions.Options;
using SseAspire.Api.Http;
using SseAspire.Api.Hub;
using SseAspire.Broker;

namespace SseAspire.Api.Transports;

/// <summary>
/// <c>GET /events/long-poll</c>: what there is after the cursor, as JSON <c>{events, next, gap?}</c>, held until
/// something comes or the wait is over.
/// </summary>
internal sealed class LongPoll(
    EventHub hub,
    StartResolver starts,
    ConnectionLimits limits,
    EventPages pages,
    IOptions<HubOptions> options,
    TimeProvider time)
{
    private const int DefaultWait = 25;

    /// <summary>Longer waits would be cut by proxies on the way, which give up on an answer after a minute.</summary>
    private const int MaxWait = 60;

    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(5);

    public async Task ServeAsync(HttpContext context)
    {
        var request = SubscribeRequest.Read(context.Request, options.Value, "after");
        var query = QueryFields.Read(context.Request);
        var limit = EventPages.LimitOf(query);
        var wait = TimeSpan.FromSeconds(query.Number("wait", DefaultWait, 0, MaxWait));
        var address = context.Connection.RemoteIpAddress ?? IPAddress.None;
        if (hub.IsDraining || !limits.TryAcquire(address, request.Selection))
        {
            await RefuseAsync(context);
            return;
        }

        try
        {
            if (HttpMethods.IsHead(context.Request.Method))
            {
                EventPages.Begin(context.Response);
                return;
            }

            await HoldAsync(context, request, limit, wait);
        }
        catch (BrokerUnavailableException) when (!context.Response.HasStarted)
        {
            await RefuseAsync(context);
        }
        finally
        {
            limits.Release(address, request.Selection);
        }
    }

    private async Task HoldAsync(HttpContext context, SubscribeRequest request, int limit, TimeSpan wait)
    {
        if (!await hub.WaitForStartAsync(StartPatience, context.RequestAborted))
        {
            throw new BrokerUnavailableException("The hub does not follow the event log yet.");
        }

        var start = await starts.ResolveAsync(request.Cursor, request.History, request.Selection, context.RequestAborted);
        var page = await pages.ReadAsync(request.Selection, start, limit, context.RequestAborted);
        var subscription = hub.Subscribe(
            request.Selection, PlaceFormat.Instance, Transport.LongPoll, new StartPosition(page.Next), context.Abort);
        var opened = time.GetTimestamp();
        try
        {
            hub.Metrics.ConnectionOpened(Transport.LongPoll);
            await using var left = context.RequestAborted.UnsafeRegister(
                static subscription => ((Subscription)subscription!).Close(CloseReason.Client), subscription);
            if (page.IsEmpty)
            {
                page = await WaitAsync(subscription, limit, wait);
            }

            await pages.AnswerAsync(context, page, Transport.LongPoll);
        }
        finally
        {
            subscription.Close(CloseReason.Answered);
            hub.Unsubscribe(subscription);
            hub.Metrics.ConnectionClosed(Transport.LongPoll, subscription.ClosedBecause, time.GetElapsedTime(opened));
        }
    }

    /// <summary>Waits for what is wanted, for so long; then there is as a rule only how far the hub has come.</summary>
    private async Task<EventPage> WaitAsync(Subscription subscription, int limit, TimeSpan wait)
    {
        await using var patience = time.CreateTimer(
            static subscription => ((Subscription)subscription!).Close(CloseReason.Answered), subscription, wait, Timeout.InfiniteTimeSpan);
        while (true)
        {
            var stood = subscription.Cursor;
            var reading = await subscription.ReadAsync();
            if (!reading.Frames.IsEmpty && reading.Kind == ReadingKind.Frames)
            {
                // Not from where it stood: with a rare topic that may be thousands of entries ago.
                var before = PlaceFormat.Before(reading.Frames.Span, stood);
                var page = await pages.ReadAsync(subscription.Group.Selection, new StartPosition(before), limit, default);
                page.ServedBy = reading.ServedBy;
                if (!page.IsEmpty)
                {
                    return page;
                }
            }
            else if (reading.Kind == ReadingKind.Closed)
            {
                // Frames that were read while it was closed must be read again, and those that could not be encoded.
                var cursor = reading.Frames.IsEmpty && subscription.ClosedBecause != CloseReason.Failed ? subscription.Cursor : stood;
                return subscription.ClosedBecause is CloseReason.Answered or CloseReason.Drain or CloseReason.Lifetime or CloseReason.Failed
                    ? await pages.ReadAsync(subscription.Group.Selection, new StartPosition(cursor), limit, default)
                    : new EventPage(cursor, null);
            }
        }
    }

    private Task RefuseAsync(HttpContext context)
    {
        hub.Metrics.ConnectionRefused(Transport.LongPoll);
        return Refusal.AnswerAsync(context, hub.NextRetry());
    }
}
