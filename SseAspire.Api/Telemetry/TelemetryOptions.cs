using System.ComponentModel.DataAnnotations;

namespace SseAspire.Api.Telemetry;

/// <summary>Settings of what the hub tells OpenTelemetry, section <c>Telemetry</c>.</summary>
public sealed class TelemetryOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Telemetry";

    /// <summary>
    /// How many spans of a kind (<c>deliver</c>, <c>receive</c>, opening and closing of streams) this replica
    /// makes a second, whatever is sampled: a flood must not bury the dashboard.
    /// </summary>
    [Range(0, 1_000_000)]
    public int MaxSpansPerSecond { get; set; } = 100;
}
