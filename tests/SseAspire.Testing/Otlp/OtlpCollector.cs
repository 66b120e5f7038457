using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace SseAspire.Testing.Otlp;

/// <summary>
/// An OpenTelemetry collector: an OTLP endpoint over HTTP on a loopback port, and what it has received. Field numbers
/// are those of https://github.com/open-telemetry/opentelemetry-proto.
/// </summary>
public sealed class OtlpCollector : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<ReceivedSpan> _spans = new();
    private readonly ConcurrentQueue<ReceivedLog> _logs = new();
    private readonly ConcurrentDictionary<string, ReceivedMetric> _metrics = new();
    private readonly ConcurrentQueue<string> _falls = new();

    private OtlpCollector()
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.MapPost("/v1/traces", context => ReceiveAsync(context, request =>
        {
            foreach (var span in ReceivedSpan.Read(request))
            {
                _spans.Enqueue(span);
            }
        }));
        _app.MapPost("/v1/metrics", context => ReceiveAsync(context, request =>
        {
            foreach (var metric in ReceivedMetric.Read(request))
            {
                if (_metrics.TryGetValue(metric.Series, out var former) && metric.IsBelow(former))
                {
                    _falls.Enqueue($"{metric.Series}: {former.Value} ({former.Count}) to {metric.Value} ({metric.Count})");
                }

                _metrics[metric.Series] = metric;
            }
        }));
        _app.MapPost("/v1/logs", context => ReceiveAsync(context, request =>
        {
            foreach (var log in ReceivedLog.Read(request))
            {
                _logs.Enqueue(log);
            }
        }));
    }

    /// <summary>The spans received so far.</summary>
    public IReadOnlyCollection<ReceivedSpan> Spans => _spans;

    /// <summary>The log records received so far.</summary>
    public IReadOnlyCollection<ReceivedLog> Logs => _logs;

    /// <summary>The latest point of each series received so far.</summary>
    public IReadOnlyCollection<ReceivedMetric> Metrics => [.. _metrics.Values];

    /// <summary>The counters and histograms whose value or count fell, in the order received.</summary>
    public IReadOnlyCollection<string> Falls => _falls;

    /// <summary>Starts one.</summary>
    public static async Task<OtlpCollector> StartAsync()
    {
        var collector = new OtlpCollector();
        await collector._app.StartAsync();
        return collector;
    }

    /// <summary>What makes a service send here, in its environment: soon, so that nobody waits.</summary>
    /// <param name="service">The service's name.</param>
    /// <param name="instance">Which process of it.</param>
    public (string Name, string Value)[] SettingsFor(string service, string instance) =>
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
        ("OTEL_SERVICE_NAME", service),
        ("OTEL_RESOURCE_ATTRIBUTES", $"service.instance.id={instance}"),
        ("OTEL_METRIC_EXPORT_INTERVAL", "500"),
        ("OTEL_BSP_SCHEDULE_DELAY", "200"),
        ("OTEL_BLRP_SCHEDULE_DELAY", "200"),
    ];

    /// <summary>Waits until something is true of what was received.</summary>
    /// <param name="what">What that is, for whom it does not come.</param>
    /// <param name="condition">Whether it is.</param>
    /// <exception cref="TimeoutException">It does not become true.</exception>
    public async Task WaitForAsync(string what, Func<bool> condition)
    {
        for (var started = Stopwatch.GetTimestamp(); !condition();)
        {
            if (Stopwatch.GetElapsedTime(started) > Patience)
            {
                throw new TimeoutException(
                    $"{what}: did not come. Spans:\n{string.Join('\n', Spans)}\nMetrics:\n{string.Join('\n', Metrics.Select(metric => $"{metric.Series} {metric.Value} {metric.Count}"))}");
            }

            await Task.Delay(100);
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task ReceiveAsync(HttpContext context, Action<WireMessage> receive)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        receive(new WireMessage(body.ToArray()));
        // An empty message says that all was taken.
        context.Response.ContentType = "application/x-protobuf";
    }
}
