namespace SseAspire.Testing.Otlp;

/// <summary>A log record as a collector received it.</summary>
/// <param name="Service">Whose it is: <c>service.name</c>.</param>
/// <param name="Instance">Which process of it: <c>service.instance.id</c>.</param>
/// <param name="Category">The logger's category.</param>
/// <param name="Event">The event's name.</param>
/// <param name="Text">What it says.</param>
/// <param name="SpanId">The span it belongs to, in hexadecimal; empty where it belongs to none.</param>
/// <param name="Attributes">Its attributes.</param>
public sealed record ReceivedLog(
    string Service, string Instance, string Category, string Event, string Text, string SpanId, IReadOnlyDictionary<string, string> Attributes)
{
    /// <summary>Reads an <c>ExportLogsServiceRequest</c>.</summary>
    internal static IEnumerable<ReceivedLog> Read(WireMessage request) =>
        from ofResource in request.Messages(1)
        let resource = Otlp.Attributes.Read(ofResource.Messages(1).First(), 1)
        from ofScope in ofResource.Messages(2)
        let category = ofScope.Messages(1).First().Text(1)
        from record in ofScope.Messages(2)
        select new ReceivedLog(
            resource["service.name"], resource.GetValueOrDefault("service.instance.id", ""), category, record.Text(12),
            record.Messages(5).Select(Otlp.Attributes.ReadValue).FirstOrDefault(""), ReceivedSpan.Hex(record, 10), ReadAttributes(record));

    // Scopes may repeat what the record has.
    private static Dictionary<string, string> ReadAttributes(WireMessage record)
    {
        var attributes = new Dictionary<string, string>();
        foreach (var pair in record.Messages(6))
        {
            attributes.TryAdd(pair.Text(1), pair.Messages(2).Select(Otlp.Attributes.ReadValue).FirstOrDefault(""));
        }

        return attributes;
    }
}
