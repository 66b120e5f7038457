namespace SseAspire.Web.Hub;

/// <summary>The answer of <c>GET /operations/meters</c>.</summary>
/// <param name="Meters">By the names that were asked for.</param>
/// <param name="CpuSeconds">Processor time that all replicas have used.</param>
internal sealed record MetersAnswer(IReadOnlyDictionary<string, Meter> Meters, double CpuSeconds);

/// <summary>What the API counted of the requests under one name.</summary>
/// <param name="Connections">Connections that such a request was the first on.</param>
/// <param name="BytesIn">Bytes on the wire from the client, with headers and framing.</param>
/// <param name="BytesOut">The same to the client.</param>
/// <param name="Shared">Other requests went over the same connection at the same time (HTTP/2), so that bytes cannot be told apart.</param>
internal sealed record Meter(long Requests, long Connections, long BytesIn, long BytesOut, bool Shared);
