using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using SseAspire.Broker;

namespace SseAspire.Producer;

/// <summary>The producer's telemetry: a <c>publish {topic}</c> span for each traced event, and the number of events.</summary>
internal sealed class ProducerTelemetry
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Name = "SseAspire.Producer";

    private static readonly ActivitySource Activities = new(Name);

    private readonly Counter<long> _published;
    private readonly Counter<long> _appendsFailed;

    private readonly SpanBudget _budget;

    public ProducerTelemetry(IMeterFactory meters, IOptions<TelemetryOptions> options, TimeProvider time)
    {
        _published = meters.Create(Name).CreateCounter<long>(
            "sse.events.published", "{event}", "Events appended to the log.");
        _appendsFailed = meters.Create(Name).CreateCounter<long>(
            "sse.log.appends.failed", "{event}", "Events that could not be appended to the log, by the reason: each try counts.");
        _budget = new SpanBudget(options.Value.MaxSpansPerSecond, time);
    }

    /// <summary>Counts events that have reached the log.</summary>
    public void EventsPublished(string source, int count) =>
        _published.Add(count, new KeyValuePair<string, object?>("source", source));

    /// <summary>Counts events that could not be appended; they are tried again.</summary>
    /// <param name="source">The source's name.</param>
    /// <param name="count">How many.</param>
    /// <param name="refusal">The word by which Redis refused them, such as OOM; null where it could not be reached.</param>
    public void AppendFailed(string source, int count, string? refusal) => _appendsFailed.Add(
        count, new KeyValuePair<string, object?>("source", source), new KeyValuePair<string, object?>("reason", refusal ?? "away"));

    /// <summary>
    /// Starts the span of an event's publication, a trace of its own, at the time the event was made; null if the event
    /// is not traced: nobody listens, the sampler does not select it, or the budget is used up. The span is not current:
    /// the next event of a batch is not its child.
    /// </summary>
    public Activity? StartPublish(Event @event)
    {
        var before = Activity.Current;
        Activity.Current = null;
        try
        {
            var topic = @event.Topics[0];
            var activity = Activities.StartActivity(
                $"publish {topic}", ActivityKind.Producer, parentContext: default, EventSpan.Attributes("publish", "send", topic),
                startTime: @event.At);
            if (activity is not { Recorded: true })
            {
                return null;
            }

            if (_budget.TryTake())
            {
                return activity;
            }

            // Not exported, and not in the event: every replica would follow a trace that is over the budget.
            activity.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
            activity.Dispose();
            return null;
        }
        finally
        {
            Activity.Current = before;
        }
    }
}
