namespace SseAspire.AppHost;

/// <summary>Chooses what holds the log.</summary>
internal static class Broker
{
    /// <summary>
    /// Published: Redis, which answers a write only when it is on disk. On a developer's machine: a Redis
    /// that runs already if one is set, else by <see cref="AppHostSettings.Broker"/> a container or the
    /// embedded broker.
    /// </summary>
    public static IResourceBuilder<IResourceWithConnectionString> AddBroker(
        this IDistributedApplicationBuilder builder, AppHostSettings settings)
    {
        const string Name = AppHostSettings.BrokerName;
        if (builder.ExecutionContext.IsPublishMode)
        {
            // Named, since the name that Aspire makes up changes with the folder that is published from.
            return builder.AddRedis(Name).WithDataVolume($"{Name}-data").WithArgs(WriteBeforeAnswer);
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
        return inContainer ? builder.AddRedis(Name) : builder.AddEmbeddedBroker(Name);
    }

    // Aspire's own persistence is a snapshot a minute, which loses a minute's events with the machine.
    // The last argument is the command line that the container's shell is given.
    private static void WriteBeforeAnswer(CommandLineArgsCallbackContext context) =>
        context.Args[^1] = $"{context.Args[^1]} --appendonly yes --appendfsync always";
}
