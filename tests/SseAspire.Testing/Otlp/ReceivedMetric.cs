namespace SseAspire.Testing.Otlp;

/// <summary>The latest point of a metric with these attributes, as a collector received it: since the process began.</summary>
/// <param name="Service">Whose it is: <c>service.name</c>.</param>
/// <param name="Instance">Which process of it: <c>service.instance.id</c>.</param>
/// <param name="Meter">The meter.</param>
/// <param name="Name">The instrument.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Attributes">The point's attributes.</param>
/// <param name="Value">The value; of a histogram the sum.</param>
/// <param name="Count">Of a histogram, how many values there are.</param>
/// <param name="Bounds">Of a histogram, the bounds of its buckets.</param>
public sealed record ReceivedMetric(
    string Service, string Instance, string Meter, string Name, MetricKind Kind, string Unit,
    IReadOnlyDictionary<string, string> Attributes, double Value, long Count, IReadOnlyList<double> Bounds)
{
    /// <summary>Reads an <c>ExportMetricsServiceRequest</c>.</summary>
    internal static IEnumerable<ReceivedMetric> Read(WireMessage request) =>
        from ofResource in request.Messages(1)
        let resource = Otlp.Attributes.Read(ofResource.Messages(1).First(), 1)
        from ofScope in ofResource.Messages(2)
        let meter = ofScope.Messages(1).First().Text(1)
        from metric in ofScope.Messages(2)
        from point in ReadPoints(metric)
        select point with
        {
            Service = resource["service.name"],
            Instance = resource.GetValueOrDefault("service.instance.id", ""),
            Meter = meter,
        };

    /// <summary>What tells this series from others.</summary>
    internal string Series =>
        string.Join('|', [Service, Instance, Meter, Name, .. Attributes.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}")]);

    /// <summary>True if this point of a series that only grows is below a former one.</summary>
    internal bool IsBelow(ReceivedMetric former) =>
        Kind switch
        {
            MetricKind.Counter => Value < former.Value,
            MetricKind.Histogram => Count < former.Count,
            _ => false,
        };

    private static IEnumerable<ReceivedMetric> ReadPoints(WireMessage metric)
    {
        var empty = new ReceivedMetric("", "", "", metric.Text(1), MetricKind.Gauge, metric.Text(3), new Dictionary<string, string>(), 0, 0, []);
        return
        [
            .. from gauge in metric.Messages(5) from point in gauge.Messages(1) select Number(empty, point),
            .. from sum in metric.Messages(7)
               from point in sum.Messages(1)
               select Number(empty with { Kind = sum.Number(3) != 0 ? MetricKind.Counter : MetricKind.UpDownCounter }, point),
            .. from histogram in metric.Messages(9)
               from point in histogram.Messages(1)
               select empty with
               {
                   Kind = MetricKind.Histogram,
                   Attributes = Otlp.Attributes.Read(point, 9),
                   Value = point.Double(5),
                   Count = point.Number(4),
                   Bounds = [.. point.Packed(7).Select(BitConverter.UInt64BitsToDouble)],
               },
        ];
    }

    private static ReceivedMetric Number(ReceivedMetric metric, WireMessage point) => metric with
    {
        Attributes = Otlp.Attributes.Read(point, 7),
        Value = point.Has(4) ? point.Double(4) : point.Number(6),
    };
}
