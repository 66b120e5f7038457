namespace SseAspire.Testing.Otlp;

/// <summary>A span as a collector received it.</summary>
/// <param name="Service">Whose it is: <c>service.name</c>.</param>
/// <param name="Instance">Which process of it: <c>service.instance.id</c>.</param>
/// <param name="Source">The activity source.</param>
/// <param name="TraceId">In hexadecimal.</param>
/// <param name="SpanId">In hexadecimal.</param>
/// <param name="ParentId">In hexadecimal; empty where it begins a trace.</param>
/// <param name="Name">The span's name.</param>
/// <param name="Kind">1 internal, 2 server, 3 client, 4 producer, 5 consumer.</param>
/// <param name="Start">When it began.</param>
/// <param name="End">When it ended.</param>
/// <param name="Attributes">Its attributes.</param>
/// <param name="Links">The ids of the spans that it points at.</param>
public sealed record ReceivedSpan(
    string Service, string Instance, string Source, string TraceId, string SpanId, string ParentId, string Name, int Kind,
    DateTimeOffset Start, DateTimeOffset End, IReadOnlyDictionary<string, string> Attributes, IReadOnlyList<string> Links)
{
    /// <summary>Reads an <c>ExportTraceServiceRequest</c>.</summary>
    internal static IEnumerable<ReceivedSpan> Read(WireMessage request) =>
        from ofResource in request.Messages(1)
        let resource = Otlp.Attributes.Read(ofResource.Messages(1).First(), 1)
        from ofScope in ofResource.Messages(2)
        let source = ofScope.Messages(1).First().Text(1)
        from span in ofScope.Messages(2)
        select new ReceivedSpan(
            resource["service.name"], resource.GetValueOrDefault("service.instance.id", ""), source,
            Hex(span, 1), Hex(span, 2), Hex(span, 4), span.Text(5), (int)span.Number(6),
            Time(span, 7), Time(span, 8), Otlp.Attributes.Read(span, 9), [.. span.Messages(13).Select(link => Hex(link, 2))]);

    internal static string Hex(WireMessage message, int field) => Convert.ToHexStringLower(message.Bytes(field).Span);

    private static DateTimeOffset Time(WireMessage message, int field) =>
        DateTimeOffset.UnixEpoch.AddTicks(message.Number(field) / TimeSpan.NanosecondsPerTick);
}
