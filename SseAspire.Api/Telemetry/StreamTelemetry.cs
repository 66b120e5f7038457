using System.Diagnostics;
using Microsoft.Extensions.Options;
using SseAspire.Api.Hub;
using SseAspire.Api.Transports;
using SseAspire.Broker;

namespace SseAspire.Api.Telemetry;

/// <summary>
/// Tells of streams: a span and a log event when one is opened and when it is closed, besides the metrics. A
/// span over the whole stream would be seen only when it ends, hours later.
/// </summary>
internal sealed partial class StreamTelemetry(
    HubMetrics metrics, IOptions<TelemetryOptions> options, TimeProvider time, ILogger<StreamTelemetry> logger)
{
    // Thousands may come back at once.
    private readonly SpanBudget _budget = new(options.Value.MaxSpansPerSecond, time);

    /// <summary>A stream is open. Its <see cref="Closed"/> must follow.</summary>
    /// <param name="context">The request.</param>
    /// <param name="transport">How it is served.</param>
    /// <param name="request">What it asked for.</param>
    /// <param name="start">Where it starts.</param>
    /// <param name="asked">When it was asked for.</param>
    public OpenedStream Opened(
        HttpContext context, Transport transport, SubscribeRequest request, StartPosition start, DateTimeOffset asked)
    {
        metrics.ConnectionOpened(transport);

        // What happens on this stream from here on is not part of the request that opened it: its trace would
        // grow for hours.
        Activity.Current = null;
        var connection = context.Connection.Id;
        var name = HubMetrics.NameOf(transport);
        using var activity = StartOpening(context, asked);
        activity?.SetTag("sse.transport", name);
        activity?.SetTag("sse.connection.id", connection);
        activity?.SetTag("sse.topics", request.Selection.All.ToArray());
        activity?.SetTag("sse.resumed_from", request.Cursor);
        activity?.SetTag("sse.start", start.Cursor.ToString());
        StreamOpened(connection, name, request.Selection, start.Cursor, request.Cursor);
        return new OpenedStream(transport, connection, time.GetTimestamp(), activity?.Context);
    }

    /// <summary>A stream has ended.</summary>
    public void Closed(OpenedStream stream, Subscription subscription)
    {
        var lasted = time.GetElapsedTime(stream.Timestamp);
        metrics.ConnectionClosed(stream.Transport, subscription.ClosedBecause, lasted);

        var name = HubMetrics.NameOf(stream.Transport);
        var reason = HubMetrics.NameOf(subscription.ClosedBecause);
        using var activity = StartClosing(stream.Opening);
        activity?.SetTag("sse.transport", name);
        activity?.SetTag("sse.connection.id", stream.Connection);
        activity?.SetTag("sse.topics", subscription.Group.Selection.All.ToArray());
        activity?.SetTag("sse.reason", reason);
        activity?.SetTag("sse.position", subscription.Cursor.ToString());
        activity?.SetTag("sse.duration", lasted.TotalSeconds);
        StreamClosed(stream.Connection, name, subscription.Group.Selection, reason, subscription.Cursor, lasted);
    }

    /// <summary>Part of the reader's own trace where it has one, else a trace of its own.</summary>
    private Activity? StartOpening(HttpContext context, DateTimeOffset asked)
    {
        if (!HubTraces.Source.HasListeners() || !_budget.TryTake())
        {
            return null;
        }

        var headers = context.Request.Headers;
        _ = ActivityContext.TryParse(headers.TraceParent, headers.TraceState, isRemote: true, out var reader);
        return HubTraces.Source.StartActivity("open stream", ActivityKind.Server, reader, startTime: asked);
    }

    /// <summary>A trace of its own, which points at the opening: that trace is long over.</summary>
    private Activity? StartClosing(ActivityContext? opening)
    {
        Activity.Current = null;
        return HubTraces.Source.HasListeners() && _budget.TryTake()
            ? HubTraces.Source.StartActivity(
                ActivityKind.Server, links: opening is { } context ? [new ActivityLink(context)] : null, name: "close stream")
            : null;
    }

    [LoggerMessage(LogLevel.Debug, "Stream {Connection} ({Transport}) opened for {Topics} after {Start}, resumed from {ResumedFrom}")]
    private partial void StreamOpened(string connection, string transport, Selection topics, EventId start, string? resumedFrom);

    [LoggerMessage(LogLevel.Debug, "Stream {Connection} ({Transport}) for {Topics} closed ({Reason}) at {Position} after {Lasted}")]
    private partial void StreamClosed(string connection, string transport, Selection topics, string reason, EventId position, TimeSpan lasted);
}

/// <summary>A stream that is open, as <see cref="StreamTelemetry"/> knows it.</summary>
/// <param name="Transport">How it is served.</param>
/// <param name="Connection">The connection's id.</param>
/// <param name="Timestamp">When it was opened, by the time provider's timestamps.</param>
/// <param name="Opening">The span of its opening, where there was one.</param>
internal readonly record struct OpenedStream(Transport Transport, string Connection, long Timestamp, ActivityContext? Opening);
