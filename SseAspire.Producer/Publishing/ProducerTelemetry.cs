using System.Diagnostics;
using System.Diagnostics.Metrics;
using SseAspire.Broker;

namespace SseAspire.Producer;

/// <summary>What the producer tells OpenTelemetry: a <c>publish {topic}</c> span an event, and how many there were.</summary>
internal sealed class ProducerTelemetry
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Name = "SseAspire.Producer";

    private static readonly ActivitySource Activities = new(Name);

    private readonly Counter<long> _published;

    public ProducerTelemetry(IMeterFactory meters) =>
        _published = meters.Create(Name).CreateCounter<long>(
            "sse.events.published", "{event}", "Events appended to the log.");

    /// <summary>Counts events that have reached the log.</summary>
    public void EventsPublished(string source, int count) =>
        _published.Add(count, new KeyValuePair<string, object?>("source", source));

    /// <summary>
    /// Starts the span of an event's publication, a trace of its own; null where nobody listens. It is not
    /// left current: the next event of a batch is not its child.
    /// </summary>
    public static Activity? StartPublish(Event @event)
    {
        var before = Activity.Current;
        Activity.Current = null;
        try
        {
            var topic = @event.Topics[0];
            return Activities.StartActivity(
                $"publish {topic}", ActivityKind.Producer, parentContext: default, EventSpan.Attributes("publish", "send", topic));
        }
        finally
        {
            Activity.Current = before;
        }
    }
}
