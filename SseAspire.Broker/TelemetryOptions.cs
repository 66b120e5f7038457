using System.ComponentModel.DataAnnotations;

namespace SseAspire.Broker;

/// <summary>Limits of traces, section <c>Telemetry</c>.</summary>
public sealed class TelemetryOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Telemetry";

    /// <summary>
    /// How many events per second a publisher (the producer, or a replica over HTTP) traces, whatever the sampler
    /// selects: a flood must not bury the dashboard. An event is traced all the way or not at all, so each replica makes
    /// as many <c>deliver</c> spans as there are traced events. Each replica also applies the limit to <c>receive</c>
    /// spans, which anybody may cause, and to the spans of streams.
    /// </summary>
    [Range(0, 1_000_000)]
    public int MaxSpansPerSecond { get; set; } = 100;
}
