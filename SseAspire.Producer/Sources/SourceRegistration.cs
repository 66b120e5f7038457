namespace SseAspire.Producer.Sources;

/// <summary>Registers sources with the producer.</summary>
internal static class SourceRegistration
{
    /// <summary>Adds a source with its settings, which are checked at the start.</summary>
    public static IHostApplicationBuilder AddSource<TSource, TOptions>(this IHostApplicationBuilder builder, string section)
        where TSource : class, IEventSource
        where TOptions : class
    {
        builder.Services.AddOptions<TOptions>()
            .BindConfiguration(section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        builder.Services.AddSingleton<IEventSource, TSource>();
        return builder;
    }
}
