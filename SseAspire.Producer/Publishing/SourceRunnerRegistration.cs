using SseAspire.Broker;

namespace SseAspire.Producer;

/// <summary>Registers what carries the sources' events to the log.</summary>
internal static class SourceRunnerRegistration
{
    /// <summary>Adds the <see cref="SourceRunner"/>, which runs every source that was added and is switched on.</summary>
    public static IHostApplicationBuilder AddSourceRunner(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<TelemetryOptions>().BindConfiguration(TelemetryOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<ProducerTelemetry>();
        builder.Services.AddHostedService<SourceRunner>();
        return builder;
    }
}
