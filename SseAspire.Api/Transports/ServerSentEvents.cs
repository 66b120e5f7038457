using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using SseAspire.Api.Http;
using SseAspire.Api.Hub;
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

    /// <summary>Serves one request until its stream ends.</summary>
    public async Task ServeAsync(HttpContext context)
    {
        var request = SubscribeRequest.Read(context.Request, options.Value, "lastEventId");
        var address = context.Connection.RemoteIpAddress ?? IPAddress.None;
        if (hub.IsDraining || !limits.TryAcquire(address))
        {
            await RefuseAsync(context);
            return;
        }

        try
        {
            await StreamAsync(context, request);
        }
        catch (BrokerUnavailableException) when (!context.Response.HasStarted)
        {
            await RefuseAsync(context);
        }
        finally
        {
            limits.Release(address);
        }
    }

    private async Task StreamAsync(HttpContext context, SubscribeRequest request)
    {
        var asked = time.GetUtcNow();
        if (!await hub.WaitForStartAsync(StartPatience, context.RequestAborted))
        {
            throw new BrokerUnavailableException("The hub does not follow the event log yet.");
        }

        var start = await starts.ResolveAsync(request.Cursor, request.History, request.Selection, context.RequestAborted);
        var socket = request.IsMetered ? null : FindSocket(context);
        var form = SseForm.Of(request.Envelope, isChunked: socket is not null, isGzip: IsWorthCompressing(context, request));
        var subscription = hub.Subscribe(request.Selection, form.Frames, Transport.Sse, start, context.Abort, socket);
        var stream = telemetry.Opened(context, Transport.Sse, request, start, asked);
        try
        {
            await using var left = context.RequestAborted.UnsafeRegister(
                static subscription => ((Subscription)subscription!).Close(CloseReason.Client), subscription);
            await OpenAsync(context, form, start.Cursor);
            await WriteAsync(context, form, subscription, socket, request.HeartbeatEvent);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The client went away in the middle of a write.
        }
        finally
        {
            subscription.Close(CloseReason.Client);
            hub.Unsubscribe(subscription);
            telemetry.Closed(stream, subscription);
        }
    }

    /// <summary>Sends the headers at once, before any event, so that <c>onopen</c> fires.</summary>
    private async Task OpenAsync(HttpContext context, SseForm form, EventId start)
    {
        var output = EventStream.Open(context);
        context.Response.Headers.Vary = HeaderNames.AcceptEncoding;
        form.Open(context.Response, frame => SseFormat.WriteOpening(frame, hub.NextRetry(), start));
        await output.FlushAsync(context.RequestAborted);
    }

    /// <summary>6. The transport only frames.</summary>
    private async Task WriteAsync(
        HttpContext context, SseForm form, Subscription subscription, DirectSocket? socket, bool heartbeatEvent)
    {
        var output = context.Response.BodyWriter;
        while (true)
        {
            var reading = await subscription.ReadAsync();
            switch (reading.Kind)
            {
                case ReadingKind.Frames when reading.Frames.IsEmpty:
                    break;
                case ReadingKind.Frames when socket is not null:
                    await socket.SendAsync(reading.Frames);
                    hub.Metrics.Written(Transport.Sse, reading);
                    break;
                case ReadingKind.Frames:
                    await output.WriteAsync(reading.Frames);
                    hub.Metrics.Written(Transport.Sse, reading);
                    break;
                case ReadingKind.Heartbeat when socket is not null:
                    await socket.SendAsync(LayOutHeartbeat(form, reading.Cursor, heartbeatEvent));
                    break;
                case ReadingKind.Heartbeat:
                    await output.WriteAsync(LayOutHeartbeat(form, reading.Cursor, heartbeatEvent));
                    break;
                case ReadingKind.Closed when subscription.ClosedBecause is CloseReason.Drain or CloseReason.Lifetime:
                    form.Write(output, frame => SseFormat.WriteClosing(frame, hub.NextRetry()));
                    await output.FlushAsync();
                    return;
                case ReadingKind.Closed:
                    return;
                default:
                    throw new UnreachableException();
            }
        }
    }

    // A lambda in the loop would be given its captures, which are allocated, with every reading.
    private static ReadOnlyMemory<byte> LayOutHeartbeat(SseForm form, EventId cursor, bool asEvent) =>
        form.LayOut(frame => SseFormat.WriteHeartbeat(frame, cursor, asEvent));

    /// <summary>
    /// The connection's socket, where its bytes are the answer's own: over HTTP/1.1 and without TLS.
    /// </summary>
    private static DirectSocket? FindSocket(HttpContext context) =>
        HttpProtocol.IsHttp11(context.Request.Protocol)
        && context.Features.Get<ITlsConnectionFeature>() is null
        && context.Features.Get<IConnectionSocketFeature>() is { } connection
            ? new DirectSocket(connection.Socket)
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
