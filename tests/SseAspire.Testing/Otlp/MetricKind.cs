namespace SseAspire.Testing.Otlp;

/// <summary>What kind of instrument a metric is of, as OTLP tells it.</summary>
public enum MetricKind
{
    /// <summary>The latest value.</summary>
    Gauge,

    /// <summary>A sum that only grows.</summary>
    Counter,

    /// <summary>A sum that also shrinks.</summary>
    UpDownCounter,

    /// <summary>A distribution.</summary>
    Histogram,
}
