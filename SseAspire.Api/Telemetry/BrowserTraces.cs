using System.Diagnostics;

namespace SseAspire.Api.Telemetry;

/// <summary>
/// The activity source of what browsers report. The replica that records it exports it under the service name
/// <c>browser</c>: under its own name a browser's time would look like the replica's.
/// </summary>
internal static class BrowserTraces
{
    /// <summary>The name of the activity source.</summary>
    public const string Name = "SseAspire.Browser";

    /// <summary>Starts the spans.</summary>
    public static readonly ActivitySource Source = new(Name);
}
