using System.Diagnostics;
using System.Net;
using System.Net.WebSockets;
using Microsoft.Extensions.Options;
using SseAspire.Api.Http;
using SseAspire.Api.Hub;
using SseAspire.Api.Telemetry;
using SseAspire.Broker;
using SseAspire.ServiceDefaults;

namespace SseAspire.Api.Transports;

/// <summary>
/// <c>GET /events/websocket</c>: the events over a WebSocket (RFC 6455), each as one text message of JSON, without
/// end.
/// </summary>
internal sealed class WebSocketEvents(
    EventHub hub,
    StartResolver starts,
    ConnectionLimits limits,
    IOptions<HubOptions> options,
    StreamTelemetry telemetry,
    TimeProvider time)
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(5);

    /// <summary>How long a client may take to answer the closing.</summary>
    private static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(5);

    /// <summary>What the client is told of the service's restart; .NET has no name for it (IANA, WebSocket close codes).</summary>
    private const WebSocketCloseStatus ServiceRestart = (WebSocketCloseStatus)1012;

    private const WebSocketCloseStatus TryAgainLater = (WebSocketCloseStatus)1013;

    /// <summary>Serves one request until its stream ends.</summary>
    public async Task ServeAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            await AskForHandshakeAsync(context);
            return;
        }

        if (await CrossSite.IsForeignAsync(context))
        {
            throw new BadRequestException("Origin", "is not allowed: neither this host's own nor one of Cors:Origins", StatusCodes.Status403Forbidden);
        }

        var request = SubscribeRequest.Read(context.Request, options.Value, "after");
        var address = context.Connection.RemoteIpAddress ?? IPAddress.None;
        if (hub.IsDraining || !limits.TryAcquire(address, request.Selection))
        {
            await RefuseAsync(context);
            return;
        }

        try
        {
            await StreamAsync(context, request);
        }
        finally
        {
            limits.Release(address, request.Selection);
        }
    }

    private async Task StreamAsync(HttpContext context, SubscribeRequest request)
    {
        var asked = time.GetUtcNow();
        if (await FindStartAsync(context, request) is not { } start)
        {
            await RefuseAsync(context);
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        SlowReaders.Allow(context);
        var line = new Line(context);
        var subscription = line.Subscription = hub.Subscribe(
            request.Selection, JsonLines.Instance, Transport.WebSocket, start, line.Abort);
        OpenedStream? stream = null;
        try
        {
            stream = telemetry.Opened(context, Transport.WebSocket, request, start, asked);
            await using var left = context.RequestAborted.UnsafeRegister(
                static subscription => ((Subscription)subscription!).Close(CloseReason.Client), subscription);
            var listening = ListenAsync(socket, subscription);
            await WriteAsync(socket, subscription, start.Cursor);
            await CloseAsync(socket, subscription, listening);
        }
        catch (Exception e) when (IsGone(e))
        {
            // The client went away in the middle of a write.
        }
        finally
        {
            subscription.Close(CloseReason.Client);
            hub.Unsubscribe(subscription);
            if (stream is { } opened)
            {
                telemetry.Closed(opened, subscription);
            }
        }
    }

    /// <summary>Where the stream starts, or null where the hub cannot tell now.</summary>
    private async Task<StartPosition?> FindStartAsync(HttpContext context, SubscribeRequest request)
    {
        try
        {
            return await hub.WaitForStartAsync(StartPatience, context.RequestAborted)
                ? await starts.ResolveAsync(request.Cursor, request.History, request.Selection, context.RequestAborted)
                : null;
        }
        catch (BrokerUnavailableException)
        {
            return null;
        }
    }

    /// <summary>6. The transport only frames: each line is a message.</summary>
    private async Task WriteAsync(WebSocket socket, Subscription subscription, EventId start)
    {
        // Cut before its first event, a reader resumes from here.
        await SendAsync(socket, JsonLines.NextOf(start));
        while (true)
        {
            var reading = await subscription.ReadAsync();
            switch (reading.Kind)
            {
                case ReadingKind.Frames when reading.Frames.IsEmpty:
                    break;
                case ReadingKind.Frames:
                    for (var lines = reading.Frames; !lines.IsEmpty;)
                    {
                        var end = lines.Span.IndexOf((byte)'\n');
                        await SendAsync(socket, lines[..end]);
                        lines = lines[(end + 1)..];
                        if (subscription.ClosedBecause == CloseReason.Slow)
                        {
                            return;
                        }
                    }

                    hub.Metrics.Written(Transport.WebSocket, reading);
                    break;
                case ReadingKind.Heartbeat:
                    await SendAsync(socket, JsonLines.NextOf(reading.Cursor));
                    break;
                case ReadingKind.Closed:
                    return;
                default:
                    throw new UnreachableException();
            }
        }
    }

    // A token would cost an allocation for each message; a write that hangs is ended with its connection.
    private static ValueTask SendAsync(WebSocket socket, ReadOnlyMemory<byte> message) =>
        socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    /// <summary>
    /// Waits for the client to close, which is all that is expected of it, answering its pings meanwhile. Ends the
    /// subscription when it does so, or sends a message.
    /// </summary>
    /// <returns>Whether it sent one.</returns>
    private static async Task<bool> ListenAsync(WebSocket socket, Subscription subscription)
    {
        try
        {
            // Nothing is held for what a client may send: the first message ends the stream.
            var received = await socket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None);
            subscription.Close(CloseReason.Client);
            return received.MessageType != WebSocketMessageType.Close;
        }
        catch (Exception e) when (IsGone(e))
        {
            subscription.Close(CloseReason.Client);
            return false;
        }
    }

    /// <summary>Says why the stream ends, and waits a little for the client to answer that.</summary>
    private static async Task CloseAsync(WebSocket socket, Subscription subscription, Task<bool> listening)
    {
        if (subscription.ClosedBecause == CloseReason.Dropped)
        {
            // As a network that is gone would: without a word.
            return;
        }

        var (status, reason) = subscription.ClosedBecause switch
        {
            CloseReason.Lifetime => (WebSocketCloseStatus.EndpointUnavailable, "The stream has lasted as long as one may. Resume."),
            CloseReason.Drain => (ServiceRestart, "The API stops. Resume."),
            CloseReason.Slow => (WebSocketCloseStatus.PolicyViolation, "The reader is too slow. Resume."),
            CloseReason.Failed => (WebSocketCloseStatus.InternalServerError, "The event could not be encoded. Resume."),
            CloseReason.Client when await listening =>
                (WebSocketCloseStatus.InvalidMessageType, "Nothing is read here; publish with POST /events."),
            _ => (WebSocketCloseStatus.NormalClosure, ""),
        };
        await CloseAsync(socket, status, reason, listening);
    }

    private static async Task CloseAsync(WebSocket socket, WebSocketCloseStatus status, string reason, Task listening)
    {
        using var patience = new CancellationTokenSource(ClosePatience);
        await socket.CloseOutputAsync(status, reason, patience.Token);
        await listening.WaitAsync(patience.Token);
        var rest = new byte[256];
        while (socket.State == WebSocketState.CloseSent)
        {
            await socket.ReceiveAsync(rest.AsMemory(), patience.Token);
        }
    }

    /// <summary>
    /// Refuses a stream that the client should try again: opens it and closes it at once, since a page is not told
    /// with which status a handshake failed.
    /// </summary>
    private async Task RefuseAsync(HttpContext context)
    {
        hub.Metrics.ConnectionRefused(Transport.WebSocket);
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        try
        {
            await CloseAsync(socket, TryAgainLater, Refusal.Reason, Task.CompletedTask);
        }
        catch (Exception e) when (IsGone(e))
        {
            // It did not wait for that.
        }
    }

    /// <summary>Tells a request that is no handshake what is expected of it (RFC 9110, 15.5.22; RFC 6455, 4.4).</summary>
    private static Task AskForHandshakeAsync(HttpContext context)
    {
        context.Response.Headers.Upgrade = "websocket";
        context.Response.Headers.SecWebSocketVersion = "13";
        return Results.Problem(Problems.OfField(
            "Upgrade",
            "does not begin a WebSocket, version 13; over plain HTTP there are /events, /events/long-poll and /events/poll",
            StatusCodes.Status426UpgradeRequired)).ExecuteAsync(context);
    }

    private static bool IsGone(Exception e) =>
        e is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException;

    /// <summary>The connection, to be cut.</summary>
    private sealed class Line(HttpContext context)
    {
        private bool _warned;

        public Subscription? Subscription { get; set; }

        /// <summary>
        /// Cuts the connection. One that is slow is told so first, if its write ends within a second: the hub's
        /// clock asks again.
        /// </summary>
        public void Abort()
        {
            if (Subscription?.ClosedBecause == CloseReason.Slow && !_warned)
            {
                _warned = true;
                return;
            }

            context.Abort();
        }
    }
}
