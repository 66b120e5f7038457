using System.Diagnostics;
using Microsoft.Extensions.Options;
using SseAspire.Broker;

namespace SseAspire.Api.Telemetry;

/// <summary>
/// The <c>publish {topic}</c> span of a publication over HTTP. It decides which events are traced: an event in the budget
/// carries the span's context, and every replica and browser follows; any other event carries none. So a trace is
/// recorded as a whole or not at all.
/// </summary>
internal sealed class PublicationSpans(IOptions<TelemetryOptions> options, TimeProvider time)
{
    private readonly SpanBudget _budget = new(options.Value.MaxSpansPerSecond, time);

    /// <summary>Starts the span, before the events are read; null where nobody listens.</summary>
    public static Activity? Start() => HubTraces.Source.StartActivity("publish", ActivityKind.Producer);

    /// <summary>Describes the publication, and returns its events with the context that they carry.</summary>
    public IReadOnlyList<Event> Attach(Activity? publication, IReadOnlyList<Event> events)
    {
        // What the sampler does not select takes nothing from the budget.
        if (publication is not { Recorded: true })
        {
            return events;
        }

        var attached = new Event[events.Count];
        var traced = 0;
        for (var i = 0; i < attached.Length; i++)
        {
            var isTraced = _budget.TryTake();
            attached[i] = isTraced ? events[i] with { TraceParent = publication.Id } : events[i];
            traced += isTraced ? 1 : 0;
        }

        if (traced == 0)
        {
            Discard(publication);
            return events;
        }

        var topic = events[0].Topics[0];
        publication.DisplayName = $"publish {topic}";
        foreach (var (name, value) in EventSpan.Attributes("publish", "send", topic))
        {
            publication.SetTag(name, value);
        }

        publication.SetTag("messaging.batch.message_count", events.Count);
        return attached;
    }

    /// <summary>
    /// Takes the span back, and that of its request: a flood of requests would bury the dashboard as well. The exporter
    /// skips spans that are not recorded.
    /// </summary>
    private static void Discard(Activity publication)
    {
        for (var activity = publication; activity is not null; activity = activity.Parent)
        {
            activity.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
            activity.IsAllDataRequested = false;
        }
    }
}
