using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace SseAspire.ServiceDefaults;

/// <summary>
/// Exports the spans of one activity source under a service name of its own: spans that a service records for somebody
/// else, such as browsers. Other attributes of the resource, <c>service.instance.id</c> among them, are the service's.
/// </summary>
internal sealed class SeparateTraces : IDisposable
{
    private readonly ServiceProvider _pipeline;

    public SeparateTraces(IConfiguration configuration, string serviceName, string source)
    {
        _pipeline = OtlpPipeline.Build(configuration, telemetry => telemetry
            .ConfigureResource(resource => resource.AddService(serviceName, autoGenerateServiceInstanceId: false))
            .WithTracing(tracing => tracing.AddSource(source)));
        // The source has a listener once its provider exists.
        Provider = _pipeline.GetRequiredService<TracerProvider>();
    }

    /// <summary>The provider.</summary>
    public TracerProvider Provider { get; }

    public void Dispose() => _pipeline.Dispose();
}
