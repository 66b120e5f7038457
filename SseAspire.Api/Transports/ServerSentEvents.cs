using System.Net;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using SseAspire.Api.Http;
using SseAspire.Api.Hub;
using SseAspire.Api.Metering;
using SseAspire.Api.Telemetry;
using SseAspire.Broker;

namespace SseAspire.Api.Transports;

/// <summary>
/// <c>GET /events</c>: the events as an event stream (HTML standard, 9.2), without end.
/// </summary>
internal sealed class ServerSentEvents(
    EventHub hub,
    StartResolver starts,
    ConnectionLimits limits,
    IOptions<HubOptions> options,
    StreamTelemetry telemetry,
    TimeProvider time)
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Serves one request: until its stream ends, or, where the stream has the connection's socket, until it is open.
    /// </summary>
    public async Task ServeAsync(HttpContext context)
    {
        var request = SubscribeRequest.Read(context.Request, options.Value, "lastEventId");
        var address = context.Connection.RemoteIpAddress ?? IPAddress.None;
        if (hub.IsDraining || !limits.TryAcquire(address, request.Selection))
        {
            await RefuseAsync(context);
            return;
        }

        var asked = time.GetUtcNow();
        var takeover = FindTakeover(context);
        var form = SseForm.Of(request.Envelope, isChunked: takeover is not null, isGzip: IsWorthCompressing(context, request));
        if (HttpMethods.IsHead(context.Request.Method))
        {
            limits.Release(address, request.Selection);
            EventStream.Open(context);
            form.SetHeaders(context.Response);
            return;
        }

        StartPosition start;
        SseStream stream;
        try
        {
            start = await FindStartAsync(context, request);
            stream = Subscribe(context, request, address, start, asked, form, takeover);
        }
        catch (BrokerUnavailableException)
        {
            limits.Release(address, request.Selection);
            await RefuseAsync(context);
            return;
        }
        catch
        {
            limits.Release(address, request.Selection);
            throw;
        }

        // From here on the stream itself gives its place back when it ends.
        try
        {
            await OpenAsync(context, form, start.Cursor, request.HeartbeatEvent);
        }
        catch (Exception e)
        {
            stream.End();
            if (SseStream.IsGone(e))
            {
                return;
            }

            throw;
        }

        if (takeover is not null)
        {
            takeover.TakeOver(stream.RunAsync);
            return;
        }

        await stream.RunAsync(context.RequestAborted);
    }

    private async Task<StartPosition> FindStartAsync(HttpContext context, SubscribeRequest request) =>
        await hub.WaitForStartAsync(StartPatience, context.RequestAborted)
            ? await starts.ResolveAsync(request.Cursor, request.History, request.Selection, context.RequestAborted)
            : throw new BrokerUnavailableException("The hub does not follow the event log yet.");

    private SseStream Subscribe(
        HttpContext context,
        SubscribeRequest request,
        IPAddress address,
        StartPosition start,
        DateTimeOffset asked,
        SseForm form,
        ConnectionTakeover? takeover)
    {
        var socket = takeover is null ? null : new DirectSocket(context.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket);
        var subscription = hub.Subscribe(
            request.Selection, form.Frames, Transport.Sse, start, takeover is null ? context.Abort : takeover.Connection.Abort, socket);
        try
        {
            var opened = telemetry.Opened(context, Transport.Sse, request, start, asked);
            return new SseStream(
                hub, limits, telemetry, address, opened, subscription, form, request.HeartbeatEvent,
                socket is null ? context.Response.BodyWriter : null, socket);
        }
        catch
        {
            // Nothing else would end it: the stream that owns it does not exist.
            hub.Unsubscribe(subscription);
            throw;
        }
    }

    /// <summary>Sends the headers at once, before any event, so that <c>onopen</c> fires.</summary>
    private async Task OpenAsync(HttpContext context, SseForm form, EventId start, bool heartbeatEvent)
    {
        var output = EventStream.Open(context);
        form.SetHeaders(context.Response);
        form.Open(output, frame => SseFormat.WriteOpening(frame, hub.NextRetry(), start, heartbeatEvent));
        await output.FlushAsync(context.RequestAborted);
    }

    /// <summary>
    /// What gives the stream the connection's socket, where its bytes are the answer's own: over HTTP/1.1 and without TLS.
    /// Not where the client has promised a body, for which the server waits when the request is over.
    /// </summary>
    private static ConnectionTakeover? FindTakeover(HttpContext context) =>
        HttpMethods.IsGet(context.Request.Method)
        // The bytes that are counted are those that pass through the server.
        && context.Features.Get<Meter>() is null
        && HttpProtocol.IsHttp11(context.Request.Protocol)
        && context.Features.Get<ITlsConnectionFeature>() is null
        && context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false }
            ? ConnectionTakeover.Of(context)
            : null;

    /// <summary>Whether the client takes gzip and there are so many equal streams that one compressor for all of them pays.</summary>
    private bool IsWorthCompressing(HttpContext context, SubscribeRequest request) =>
        AcceptEncoding.TakesGzip(context.Request.Headers.AcceptEncoding)
        && hub.Count(request.Selection, SseForm.Formats(request.Envelope)) + 1 >= options.Value.CompressFrom;

    /// <summary>Refuses a request that the client should try again.</summary>
    private async Task RefuseAsync(HttpContext context)
    {
        hub.Metrics.ConnectionRefused(Transport.Sse);
        await EventStream.RefuseAsync(context, hub.NextRetry());
    }
}
