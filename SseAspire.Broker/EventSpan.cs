namespace SseAspire.Broker;

/// <summary>What the spans of an event's way have in common, from its publisher to its readers.</summary>
public static class EventSpan
{
    /// <summary>The attributes of a span, after OpenTelemetry's conventions for messaging spans.</summary>
    /// <param name="operation">What is done with the event: <c>publish</c>, <c>deliver</c> or <c>receive</c>.</param>
    /// <param name="kindOfOperation">The same in the conventions' words: <c>send</c>, <c>process</c> or <c>receive</c>.</param>
    /// <param name="topic">The event's canonical topic.</param>
    public static KeyValuePair<string, object?>[] Attributes(string operation, string kindOfOperation, string topic) =>
    [
        new("messaging.system", "redis"),
        new("messaging.operation.name", operation),
        // The conventions' older name for it: Aspire's dashboard shows that alone.
        new("messaging.operation", operation),
        new("messaging.operation.type", kindOfOperation),
        new("messaging.destination.name", topic),
    ];
}
