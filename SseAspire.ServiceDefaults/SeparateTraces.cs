using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace SseAspire.ServiceDefaults;

/// <summary>
/// Exports the spans of one activity source under a service name of its own: spans that a service records for somebody
/// else, such as browsers. Other attributes of the resource, <c>service.instance.id</c> among them, are the service's.
/// </summary>
internal sealed class SeparateTraces(IConfiguration configuration, string serviceName, string source) : IHostedService, IDisposable
{
    private ServiceProvider? _pipeline;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _pipeline = OtlpPipeline.Build(configuration, telemetry => telemetry
            .ConfigureResource(resource => resource.AddService(serviceName, autoGenerateServiceInstanceId: false))
            .WithTracing(tracing => tracing.AddSource(source)));
        // A source has a listener once its provider exists.
        _pipeline.GetRequiredService<TracerProvider>();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // Not when it stops: requests are served until then.
    public void Dispose() => _pipeline?.Dispose();
}
