using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace SseAspire.ServiceDefaults;

/// <summary>
/// Metrics, traces and logs over OTLP, on when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set, as the Aspire
/// dashboard and every OpenTelemetry collector's set-up do. What is sampled, <c>OTEL_TRACES_SAMPLER</c> says; by
/// default all that begins here, and of the rest what its beginning says.
/// </summary>
internal static class Telemetry
{
    /// <summary>Meters and activity sources of our own all begin with this.</summary>
    private const string OwnSources = "SseAspire.*";

    public static void AddTelemetry<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        if (string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
        {
            // With nobody to send them to, spans and log records would be made for nothing.
            return;
        }

        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
        });

        builder.Services.AddOpenTelemetry()
            .WithMetrics(metrics => metrics
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                .AddMeter(OwnSources))
            .WithTracing(tracing => tracing
                .AddSource(builder.Environment.ApplicationName)
                .AddSource(OwnSources)
                .AddAspNetCoreInstrumentation(options =>
                    // Probes come every few seconds and say nothing that their metrics do not.
                    options.Filter = context =>
                        !context.Request.Path.StartsWithSegments("/health")
                        && !context.Request.Path.StartsWithSegments("/alive"))
                .AddHttpClientInstrumentation())
            .UseOtlpExporter();

        // Over HTTP the exporters would have their clients from the container, with retries like every other: of parts
        // that it disposes before it disposes the logs, whose last records would then be lost without a word.
        builder.Services.Configure<OtlpExporterOptions>(options =>
        {
            var create = options.HttpClientFactory;
            options.HttpClientFactory = () => create();
        });
    }
}
