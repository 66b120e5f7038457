using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OpenTelemetry.Instrumentation.AspNetCore;
using SseAspire.Api.Http;
using SseAspire.Api.Hub;
using SseAspire.Api.Metering;
using SseAspire.Api.Operations;
using SseAspire.Api.Publishing;
using SseAspire.Api.Telemetry;
using SseAspire.Api.Transports;
using SseAspire.Broker;
using SseAspire.ServiceDefaults;

namespace SseAspire.Api;

/// <summary>The services behind the HTTP surface.</summary>
internal static class ApiServices
{
    public static void AddHub(this IServiceCollection services)
    {
        services.AddOptions<HubOptions>().BindConfiguration(HubOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<HubMetrics>();
        services.AddSingleton<DeliverySpans>();
        services.AddSingleton<StreamTelemetry>();
        services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptions<HubOptions>>().Value;
            return new EventWindow(options.WindowEvents, options.WindowBytes);
        });
        services.AddSingleton<LogPages>();
        services.AddSingleton<LogReader>();
        services.AddSingleton<TailPulse>();
        services.AddSingleton<EventHub>();
        services.AddSingleton<OwnIdLookups>();
        services.AddSingleton<StartResolver>();
        services.AddSingleton<OpenConnections>();
        services.AddSingleton<ConnectionLimits>();
        services.AddHostedService<LogTail>();
        services.AddHostedService<HubClock>();
        // The tail carries the frames into each socket itself. Handing each connection's write to another thread
        // costs a quarter more of user time for each delivery, and several times the latency (docs/performance.md).
        // And what the server itself writes is with the kernel before more is written beside it (DirectSocket): with a
        // bound of two bytes a flush is over when nothing is left to send. It also keeps less for a slow reader.
        // When readers come back as a herd, each that finds the queue of new connections full tries again only a second
        // later.
        services.Configure<SocketTransportOptions>(sockets =>
            (sockets.UnsafePreferInlineScheduling, sockets.MaxWriteBufferSize, sockets.Backlog) = (true, 2, 4_096));
        services.AddOptions<SocketTransportOptions>().Configure<IOptions<HubOptions>>(
            (sockets, hub) => ServerLimits.Apply(sockets, hub.Value.WriteTimeout));
        // A peer that answers no ping is gone; one that is only slow has as long as one write may hang.
        services.AddOptions<WebSocketOptions>().Configure<IOptions<HubOptions>>((sockets, hub) =>
            (sockets.KeepAliveInterval, sockets.KeepAliveTimeout) = (hub.Value.Heartbeat, hub.Value.WriteTimeout));
        services.AddSingleton<ServerSentEvents>();
        services.AddSingleton<WebSocketEvents>();
        services.AddSingleton<EventPages>();
        services.AddSingleton<LongPoll>();
        services.AddSingleton<Poll>();
    }

    public static void AddPublishing(this IServiceCollection services, IHostEnvironment environment)
    {
        services.AddOptions<PublishingOptions>()
            .BindConfiguration(PublishingOptions.Section)
            .ValidateDataAnnotations()
            .Validate(
                options => environment.IsDevelopment() || !string.IsNullOrEmpty(options.Key),
                "Publishing:Key is not set. Outside Development anybody could publish; set Publishing__Key to a secret that publishers show as 'Authorization: Bearer …'.")
            .ValidateOnStart();
        services.AddSingleton<PublicationReader>();
        services.AddSingleton<PublicationSpans>();
        services.AddSingleton<Publish>();
    }

    public static void AddHubTelemetry(this IServiceCollection services)
    {
        services.AddOptions<TelemetryOptions>().BindConfiguration(TelemetryOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.Configure<AspNetCoreTraceInstrumentationOptions>(UntracedRequests.Exclude);
        services.AddSingleton<Receipts>();
        services.AddRateLimiter(limiter => limiter.AddPolicy<int, ReceiptRate>(ReceiptRate.Name));
    }

    public static void AddOperations(this IServiceCollection services, IHostEnvironment environment)
    {
        OperationsOptions.Register(services, environment);
        services.AddSingleton<Control>();
        services.AddHostedService(provider => provider.GetRequiredService<Control>());
        services.AddSingleton<Drop>();
        services.AddSingleton<Cut>();
        services.AddSingleton<Restart>();
        services.AddSingleton<AnnounceMeters>();
        services.AddSingleton<Meters>();
        services.AddSingleton<RequestMetering>();
        services.AddSingleton<MeterLedger>();
        services.AddHostedService(provider => provider.GetRequiredService<MeterLedger>());
        services.AddSingleton<ReadMeters>();
        services.AddSingleton<ReplicaObserver>();
        services.AddHostedService(provider => provider.GetRequiredService<ReplicaObserver>());
        services.AddSingleton<ReplicaBoard>();
        services.AddHostedService(provider => provider.GetRequiredService<ReplicaBoard>());
        services.AddSingleton<Stats>();
        services.AddSingleton<StatsStream>();
        services.AddHostedService(provider => provider.GetRequiredService<StatsStream>());
        services.AddSingleton<Drain>();
        services.AddHostedService(provider => provider.GetRequiredService<Drain>());
        // The host gives up on a shutdown that takes longer than 30 s, unless told how long a drain may take.
        services.AddOptions<HostOptions>().Configure<IOptions<HubOptions>>(
            (host, hub) => host.ShutdownTimeout = hub.Value.DrainTime + TimeSpan.FromSeconds(10));
        services.AddHealthChecks()
            .AddCheck<HubHealth>("hub")
            .AddCheck<HubPulse>("pulse", tags: [ServiceDefaults.ServiceDefaults.LiveTag]);
    }

    public static void AddProblems(this IServiceCollection services)
    {
        services.AddProblemDetails();
        services.AddExceptionHandler<Problems>();
    }
}
