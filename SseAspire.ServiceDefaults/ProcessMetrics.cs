using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Metrics;

namespace SseAspire.ServiceDefaults;

/// <summary>
/// The metrics of a process that builds its host more than once: one meter factory and one exporter for all of its
/// hosts, so that no counter and no histogram falls when the next host starts. Disposed after the last host, which
/// exports the final values.
/// </summary>
/// <remarks>
/// A host disposes its <see cref="MeterProvider"/>, and the next one counts from zero. OpenTelemetry marks that with a
/// new start time; the Aspire dashboard does not evaluate it, and its charts fall.
/// </remarks>
public sealed class ProcessMetrics : IDisposable
{
    private readonly ServiceProvider _meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private ServiceProvider? _exporter;
    private int _limit;

    /// <summary>Creates the meters of all hosts of the process. The same name returns the same meter.</summary>
    public IMeterFactory Meters => _meters.GetRequiredService<IMeterFactory>();

    /// <summary>Makes a host use these metrics. The first host's configuration decides how they are exported.</summary>
    internal void Register(IHostApplicationBuilder builder, Action<MeterProviderBuilder>? configure)
    {
        // Instances: a host's container does not dispose them.
        builder.Services.AddSingleton(Meters);
        if (configure is not null)
        {
            _limit = TelemetryShutdown.LimitFor(builder.Environment);
            _exporter ??= OtlpPipeline.Build(builder.Configuration, telemetry => telemetry.WithMetrics(configure));
            builder.Services.AddSingleton(_exporter.GetRequiredService<MeterProvider>());
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        // Bounded: the disposal alone waits longer for a collector that does not answer.
        _exporter?.GetRequiredService<MeterProvider>().Shutdown(_limit);
        _exporter?.Dispose();
        _meters.Dispose();
    }
}
