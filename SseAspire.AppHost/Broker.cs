namespace SseAspire.AppHost;

/// <summary>The Redis that holds the log.</summary>
internal static class Broker
{
    /// <summary>
    /// In publish mode a Redis that answers a write only when it is on disk. In run mode the Redis of the connection
    /// string if one is set, else by <see cref="AppHostSettings.Broker"/> a container or the embedded broker.
    /// </summary>
    public static IResourceBuilder<IResourceWithConnectionString> AddBroker(
        this IDistributedApplicationBuilder builder, AppHostSettings settings)
    {
        const string Name = AppHostSettings.BrokerName;
        if (builder.ExecutionContext.IsPublishMode)
        {
            return builder.AddDurableRedis(Name);
        }

        if (settings.ExternalBroker is not null)
        {
            return builder.AddConnectionString(Name);
        }

        var inContainer = settings.Broker switch
        {
            BrokerChoice.Container => true,
            BrokerChoice.Embedded => false,
            _ => ContainerEngine.Answers(builder.Configuration),
        };
        // The container outlives the AppHost, so that the log does: readers resume after a restart.
        return inContainer
            ? builder.AddDurableRedis(Name).WithLifetime(ContainerLifetime.Persistent).WithoutUnusedCertificate()
            : builder.AddEmbeddedBroker(Name);
    }

    // Published, the volume has a fixed name: Aspire's own depends on the folder of the AppHost. In run mode just that
    // keeps the logs of two clones apart.
    private static IResourceBuilder<RedisResource> AddDurableRedis(this IDistributedApplicationBuilder builder, string name) =>
        builder.AddRedis(name)
            .WithDataVolume(builder.ExecutionContext.IsPublishMode ? $"{name}-data" : null)
            .WithArgs(WriteBeforeAnswer);

    // Aspire's own persistence is a snapshot a minute: a minute of events would be lost with the machine.
    // The last argument is the command line of the container's shell.
    private static void WriteBeforeAnswer(CommandLineArgsCallbackContext context) =>
        context.Args[^1] = $"{context.Args[^1]} --appendonly yes --appendfsync always";
}
