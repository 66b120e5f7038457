using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace SseAspire.AppHost;

/// <summary>Runs the embedded broker in the AppHost's process.</summary>
internal static partial class EmbeddedBroker
{
    /// <summary>Adds the embedded broker to the application, in run mode only.</summary>
    public static IResourceBuilder<EmbeddedBrokerResource> AddEmbeddedBroker(this IDistributedApplicationBuilder builder, string name)
    {
        var broker = new EmbeddedBrokerResource(name);
        var healthCheck = $"{name}_check";
        builder.Services.AddHealthChecks().AddRedis(_ => broker.Server!.ConnectionString, name: healthCheck);
        return builder.AddResource(broker)
            .WithInitialState(new CustomResourceSnapshot
            {
                ResourceType = "Embedded Redis",
                State = KnownResourceStates.NotStarted,
                Properties = [new("Log", "In memory: it ends with the AppHost")],
            })
            .WithIconName("DatabaseLightning")
            .WithHealthCheck(healthCheck)
            .ExcludeFromManifest()
            .OnInitializeResource(StartAsync);
    }

    // The same order as the orchestrator's for its own resources: each event releases the resources that wait for an
    // address, for the start or for the connection string. The state Running, spelled exactly so, starts the health
    // check that releases WaitFor.
    private static async Task StartAsync(EmbeddedBrokerResource broker, InitializeResourceEvent start, CancellationToken cancellationToken)
    {
        try
        {
            await start.Notifications.PublishUpdateAsync(broker, state => state with { State = KnownResourceStates.Starting });

            var server = broker.Start();
            start.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopped.Register(server.Dispose);

            await start.Eventing.PublishAsync(new ResourceEndpointsAllocatedEvent(broker, start.Services), cancellationToken);
            await start.Eventing.PublishAsync(new BeforeResourceStartedEvent(broker, start.Services), cancellationToken);
            await start.Eventing.PublishAsync(new ConnectionStringAvailableEvent(broker, start.Services), cancellationToken);
            await start.Notifications.PublishUpdateAsync(broker, state => state with
            {
                State = KnownResourceStates.Running,
                StartTimeStamp = DateTime.UtcNow,
                Urls = [new(broker.Endpoint.EndpointName, broker.Endpoint.Url, IsInternal: false)
                {
                    DisplayProperties = new($"localhost:{server.Port} (in memory)"),
                }],
            });
            LogListens(start.Logger, server.Port);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogFailed(start.Logger, e);
            await start.Notifications.PublishUpdateAsync(broker, state => state with { State = KnownResourceStates.FailedToStart });
        }
    }

    [LoggerMessage(LogLevel.Information, "Listening on port {Port}. The log is in memory: it ends with the AppHost.")]
    private static partial void LogListens(ILogger logger, int port);

    [LoggerMessage(LogLevel.Error, "The embedded broker did not start.")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
