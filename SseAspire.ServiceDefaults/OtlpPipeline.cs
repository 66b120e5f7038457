using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;

namespace SseAspire.ServiceDefaults;

/// <summary>
/// An OpenTelemetry pipeline apart from the host's: with a lifetime or a resource of its own, and with the same
/// settings (<c>OTEL_*</c>).
/// </summary>
internal static class OtlpPipeline
{
    /// <summary>Builds the services of a pipeline. Disposing them exports what is left.</summary>
    public static ServiceProvider Build(IConfiguration configuration, Action<OpenTelemetryBuilder> configure)
    {
        var services = new ServiceCollection();
        services.AddSingleton(configuration);
        var telemetry = services.AddOpenTelemetry();
        configure(telemetry);
        telemetry.UseOtlpExporter();
        return services.BuildServiceProvider();
    }
}
