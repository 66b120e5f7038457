using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace SseAspire.AppHost.Tests;

/// <summary>The embedded broker's life as an Aspire resource, without the orchestrator.</summary>
public sealed class EmbeddedBrokerTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_listens_tells_everybody_who_waits_in_order_and_is_healthy()
    {
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { DisableDashboard = true });
        var broker = builder.AddEmbeddedBroker("broker").Resource;
        Assert.Empty(broker.Annotations.OfType<EndpointAnnotation>());
        using var application = builder.Build();
        var services = application.Services;
        var eventing = services.GetRequiredService<IDistributedApplicationEventing>();
        var notifications = services.GetRequiredService<ResourceNotificationService>();
        var happened = new List<string>();
        eventing.Subscribe<ResourceEndpointsAllocatedEvent>(broker, Note("endpoints allocated"));
        eventing.Subscribe<BeforeResourceStartedEvent>(broker, Note("before start"));
        eventing.Subscribe<ConnectionStringAvailableEvent>(broker, async (_, cancellationToken) =>
        {
            happened.Add("connection string available");
            // Whoever is told can connect already.
            await using var redis = await ConnectionMultiplexer.ConnectAsync(
                (await ((IResourceWithConnectionString)broker).GetConnectionStringAsync(cancellationToken))!);
            await redis.GetDatabase().PingAsync();
        });

        await eventing.PublishAsync(
            new InitializeResourceEvent(
                broker, eventing, services.GetRequiredService<ResourceLoggerService>(), notifications, services),
            Cancelled);

        Assert.Equal(["endpoints allocated", "before start", "connection string available"], happened);
        Assert.True(notifications.TryGetCurrentState("broker", out var state));
        Assert.Equal("Running", state.Snapshot.State?.Text);
        var health = await services.GetRequiredService<HealthCheckService>()
            .CheckHealthAsync(check => check.Name == "broker_check", Cancelled);
        Assert.Equal(HealthStatus.Healthy, Assert.Single(health.Entries).Value.Status);

        Func<IDistributedApplicationResourceEvent, CancellationToken, Task> Note(string what) => (_, _) =>
        {
            happened.Add(what);
            return Task.CompletedTask;
        };
    }

    [Fact]
    public async Task One_that_cannot_start_is_reported_as_failed()
    {
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { DisableDashboard = true });
        var broker = builder.AddEmbeddedBroker("broker").Resource;
        using var application = builder.Build();
        var services = application.Services;
        var eventing = services.GetRequiredService<IDistributedApplicationEventing>();
        var notifications = services.GetRequiredService<ResourceNotificationService>();
        eventing.Subscribe<BeforeResourceStartedEvent>(broker, (_, _) => throw new InvalidOperationException("What it waits for has failed."));

        await eventing.PublishAsync(
            new InitializeResourceEvent(
                broker, eventing, services.GetRequiredService<ResourceLoggerService>(), notifications, services),
            Cancelled);

        Assert.True(notifications.TryGetCurrentState("broker", out var state));
        Assert.Equal("FailedToStart", state.Snapshot.State?.Text);
    }
}
