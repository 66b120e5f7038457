using OpenTelemetry.Instrumentation.AspNetCore;

namespace SseAspire.Api.Telemetry;

/// <summary>
/// Keeps the requests out of the traces whose span would say nothing: streams and held requests, whose span
/// would last for hours (<see cref="StreamTelemetry"/> tells of them), and what every open page sends every few
/// seconds.
/// </summary>
internal static class UntracedRequests
{
    private static readonly string[] Paths =
        ["/events/websocket", "/events/long-poll", "/stats/stream", Receipts.Path, Receipts.ClockPath];

    /// <summary>Adds to the filter that is there.</summary>
    public static void Exclude(AspNetCoreTraceInstrumentationOptions options)
    {
        var others = options.Filter;
        options.Filter = context => others?.Invoke(context) != false && !IsOne(context.Request);
    }

    private static bool IsOne(HttpRequest request) =>
        (request.Path.Equals("/events", StringComparison.OrdinalIgnoreCase) && HttpMethods.IsGet(request.Method))
        || Array.Exists(Paths, path => request.Path.Equals(path, StringComparison.OrdinalIgnoreCase));
}
