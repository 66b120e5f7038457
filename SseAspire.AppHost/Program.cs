using Microsoft.Extensions.DependencyInjection;
using SseAspire.AppHost;

try
{
    var builder = DistributedApplication.CreateBuilder(args);
    var settings = AppHostSettings.Read(builder.Configuration);
    PublishedPorts.EnsureFree(builder, settings);

    // The broker holds the log: every event, in order.
    var broker = builder.AddBroker(settings);

    // The producer appends events of real sources to the log.
    var producer = builder.AddService<Projects.SseAspire_Producer>("producer")
        .WithHttpEndpoint()
        .WithHealth("/alive")
        .WithReference(broker)
        .WaitFor(broker)
        .WithLink("Health", "/health");

    // The API streams the log to subscribers. Two replicas make it an everyday event that a client resumes on another
    // replica than the one it left.
    var api = builder.AddService<Projects.SseAspire_Api>("api")
        .WithReplicas(settings.Api.Replicas)
        .WithPublicEndpoints(settings.Api.Port, settings.Api.HttpsPort)
        .WithHealth("/health")
        .WithReference(broker)
        .WaitFor(broker)
        .WithLink("Statistics", "/stats")
        .WithLink("OpenAPI document", "/openapi/v1.json");

    // The demonstration is a hub of its own, in the same broker: what visitors of the pages /compare and /recover
    // publish, cut and restart never reaches the API's log and readers.
    var demonstration = settings.Demonstration.Enabled ?? builder.ExecutionContext.IsRunMode
        ? builder.AddService<Projects.SseAspire_Api>("demonstration")
            .WithReplicas(2)
            .WithPublicEndpoints(settings.Demonstration.Port, settings.Demonstration.HttpsPort)
            .WithHealth("/health")
            .WithReference(broker)
            .WaitFor(broker)
            .WithEnvironment("Log__Hub", "demonstration")
            // Longer than any run, and no more of the broker's memory than 330 MB, with the largest events of a run.
            .WithEnvironment("Log__MaxEvents", "20000")
            .WithEnvironment("Operations__Enabled", "true")
            .WithLink("Statistics", "/stats")
        : null;

    // The front end shows the log: its pages reach the API from the server, its scripts from the browser.
    var web = builder.AddService<Projects.SseAspire_Web>("web")
        .WithPublicEndpoints(settings.Web.Port, settings.Web.HttpsPort)
        .WithHealth("/health")
        .WithReference(api)
        .WaitFor(api)
        .WithEnvironment("Api__PublicUrl", api.PublicUrl(settings.Api.PublicUrl))
        .WithLink("Front end", "/");
    api.WithCorsOrigin(web.PublicUrl(settings.Web.PublicUrl));

    web.WithEnvironment("Demonstration__Enabled", demonstration is null ? "false" : "true");
    if (demonstration is not null)
    {
        demonstration.WithCorsOrigin(web.PublicUrl(settings.Web.PublicUrl));
        web.WithReference(demonstration)
            .WaitFor(demonstration)
            .WithEnvironment("Demonstration__PublicUrl", demonstration.PublicUrl(settings.Demonstration.PublicUrl));
    }

    if (builder.ExecutionContext.IsRunMode)
    {
        // On a developer's machine everybody may publish and operate, also by commands of the dashboard.
        api.WithHubCommands();
        demonstration?.WithHubCommands();
        producer.WithProducerCommands();
        if (broker.Resource is EmbeddedBrokerResource)
        {
            web.WithEnvironment("Api__LogInMemory", "true");
        }

        builder.Services.AddHostedService<StartReport>();
        builder.Services.AddSingleton<OrderlyStop>();
        builder.Services.AddHostedService(services => services.GetRequiredService<OrderlyStop>());
    }
    else
    {
        // Elsewhere only a client that has the key.
        var publishingKey = builder.AddParameter("publishing-key", secret: true);
        api.WithEnvironment("Publishing__Key", publishingKey)
            .WithEnvironment("Operations__Key", builder.AddParameter("operations-key", secret: true));
        // The keys that sign the front end's forms are kept in the broker, shared by its replicas.
        web.WithEnvironment("Publishing__Key", publishingKey)
            .WithReference(broker);
        if (demonstration is not null)
        {
            // A key that opens nothing but the demonstration.
            var demonstrationKey = builder.AddParameter("demonstration-key", secret: true);
            demonstration.WithEnvironment("Publishing__Key", demonstrationKey)
                .WithEnvironment("Operations__Key", demonstrationKey);
            web.WithEnvironment("Demonstration__Key", demonstrationKey);
        }
    }

    await using (var application = builder.Build())
    {
        await application.RunAsync();
        // After Ctrl+C during the start: the host stops nothing then.
        if (application.Services.GetService<OrderlyStop>() is { } stop)
        {
            await stop.StopServicesAsync();
        }
    }

    await Orchestrator.WaitForExitAsync();
    return 0;
}
catch (Exception e) when (StartException.Explain(e) is { } reason)
{
    await Console.Error.WriteLineAsync($"SseAspire cannot start. {reason}");
    return 1;
}
