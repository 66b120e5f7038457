using System.Diagnostics;
using SseAspire.Broker;

namespace SseAspire.Api.Telemetry;

/// <summary>The activity source <c>SseAspire.Hub</c>, and what its spans have in common.</summary>
internal static class HubTraces
{
    /// <summary>The spans of the hub are started here.</summary>
    public static readonly ActivitySource Source = new(HubMetrics.Name);

    /// <summary>The length of a W3C <c>traceparent</c> of version 00.</summary>
    private const int TraceParentLength = 55;

    /// <summary>Reads the span of an entry's publication; false if it is not sampled, or if nobody listens to the source.</summary>
    public static bool TryGetSampled(ActivitySource source, LogEntry entry, out ActivityContext publication)
    {
        publication = default;
        // Most entries end here: the flags are the last two hexadecimal digits, and the lowest bit says sampled.
        return source.HasListeners()
            && entry.Event.TraceParent is { Length: TraceParentLength } parent
            && "13579bdf".Contains(parent[^1])
            && ActivityContext.TryParse(parent, null, isRemote: true, out publication)
            && publication.TraceFlags.HasFlag(ActivityTraceFlags.Recorded);
    }

    /// <summary>Starts a span of an event's way as a child of its publication. It is current until it is stopped.</summary>
    public static Activity? StartEvent(
        ActivitySource source, string operation, string kindOfOperation, LogEntry entry, ActivityContext publication, DateTimeOffset at)
    {
        var topic = entry.Event.Topics is [var canonical, ..] ? canonical : "";
        return source.StartActivity(
            $"{operation} {topic}",
            ActivityKind.Consumer,
            publication,
            [.. EventSpan.Attributes(operation, kindOfOperation, topic), new("messaging.message.id", entry.Id.ToString())],
            startTime: at);
    }
}
