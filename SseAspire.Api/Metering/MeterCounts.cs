namespace SseAspire.Api.Metering;

/// <summary>What has been counted under a meter.</summary>
/// <param name="Requests">Requests that carried it.</param>
/// <param name="Connections">TCP connections that it used for the first time.</param>
/// <param name="BytesIn">Bytes that came from clients, as they are on the wire.</param>
/// <param name="BytesOut">Bytes that went to clients, as they are on the wire.</param>
/// <param name="Shared">Whether some of its requests shared their connection with others (HTTP/2), so that their bytes are not counted.</param>
internal readonly record struct MeterCounts(long Requests, long Connections, long BytesIn, long BytesOut, bool Shared);
