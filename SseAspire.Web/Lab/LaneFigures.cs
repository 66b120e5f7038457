namespace SseAspire.Web.Lab;

/// <summary>What a run measured of one transport; what could not be measured is null.</summary>
/// <param name="BytesIn">On the wire from the client, with headers and framing.</param>
/// <param name="BytesOut">On the wire to the client.</param>
/// <param name="Mean">Milliseconds from publish to arrival, as are <paramref name="P50"/> and <paramref name="P99"/>.</param>
/// <param name="CaughtUp">Events of <paramref name="Received"/> that came late because of a cut.</param>
/// <param name="Recovery">Milliseconds from the end of a cut to the first event after it; the longest of all cuts.</param>
/// <param name="Cpu">The API's processor seconds for 1,000 events to virtual readers.</param>
internal sealed record LaneFigures(
    double? Requests,
    double? Connections,
    double? BytesIn,
    double? BytesOut,
    double? Received,
    double? CaughtUp,
    double? Lost,
    double? Twice,
    double? Mean,
    double? P50,
    double? P99,
    double? Recovery,
    double? Cpu);
