using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace SseAspire.ServiceDefaults;

/// <summary>
/// Metrics, traces and logs over OTLP. Enabled when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set, as the AppHost does.
/// <c>OTEL_TRACES_SAMPLER</c> selects the sampler; the default samples every trace that starts here and follows the
/// caller's decision for the others.
/// </summary>
internal static class Telemetry
{
    /// <summary>The prefix of our meters.</summary>
    private const string OwnMeters = "SseAspire.*";

    /// <summary>
    /// Our activity sources, by name: a pattern would also match sources that are exported under another service name
    /// (<see cref="SeparateTraces"/>).
    /// </summary>
    private static readonly string[] OwnSources = ["SseAspire.Hub", "SseAspire.Producer"];

    /// <summary>True if telemetry is exported. Otherwise spans and log records would be created for nothing.</summary>
    public static bool IsExported(IConfiguration configuration) =>
        !string.IsNullOrWhiteSpace(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]);

    public static void AddTelemetry<TBuilder>(this TBuilder builder, ProcessMetrics? process)
        where TBuilder : IHostApplicationBuilder
    {
        var isExported = IsExported(builder.Configuration);
        // First: a provider that is registered already is not replaced.
        process?.Register(builder, isExported ? ConfigureMetrics : null);
        if (!isExported)
        {
            return;
        }

        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
        });

        var telemetry = builder.Services.AddOpenTelemetry();
        if (process is null)
        {
            telemetry.WithMetrics(ConfigureMetrics);
        }

        telemetry
            .WithTracing(tracing => tracing
                .AddSource(builder.Environment.ApplicationName)
                .AddSource(OwnSources)
                .AddAspNetCoreInstrumentation(options =>
                    // Probes arrive every few seconds; their metrics report all there is to know.
                    options.Filter = context =>
                        !context.Request.Path.StartsWithSegments("/health")
                        && !context.Request.Path.StartsWithSegments("/alive"))
                .AddHttpClientInstrumentation())
            .UseOtlpExporter();

        builder.Services.AddHostedService(services => new TelemetryShutdown(
            services.GetRequiredService<TracerProvider>(),
            services.GetRequiredService<LoggerProvider>(),
            process is null ? services.GetRequiredService<MeterProvider>() : null,
            services.GetServices<SeparateTraces>(),
            TelemetryShutdown.LimitFor(builder.Environment)));

        // By default the exporters create HTTP clients from the container's factory. The container disposes parts of that
        // factory before the log exporter, which loses the last log records.
        builder.Services.Configure<OtlpExporterOptions>(options =>
        {
            var create = options.HttpClientFactory;
            options.HttpClientFactory = () => create();
        });
    }

    private static void ConfigureMetrics(MeterProviderBuilder metrics) => metrics
        .AddAspNetCoreInstrumentation()
        .AddHttpClientInstrumentation()
        .AddRuntimeInstrumentation()
        .AddMeter(OwnMeters);
}
