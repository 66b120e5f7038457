using SseAspire.AppHost;

var builder = DistributedApplication.CreateBuilder(args);
var settings = AppHostSettings.Read(builder.Configuration);

// The broker holds the log: every event, in order.
var broker = builder.AddBroker(settings);

// The producer appends what real sources tell.
var producer = builder.AddProject<Projects.SseAspire_Producer>("producer", launchProfileName: null)
    .InTheEnvironmentOfTheAppHost()
    .WithHttpEndpoint()
    .WithHealth("/alive")
    .WithReference(broker)
    .WaitFor(broker);

// The API streams the log to whoever subscribes. There are two, so that resuming on another replica than
// the one that was left is an everyday thing.
var api = builder.AddProject<Projects.SseAspire_Api>("api", launchProfileName: null)
    .InTheEnvironmentOfTheAppHost()
    .WithReplicas(settings.Api.Replicas ?? 2)
    .WithPublicEndpoints(settings.Api.Port, settings.Api.HttpsPort)
    .WithHealth("/health")
    .WithReference(broker)
    .WaitFor(broker)
    .WithLink("API: what the hub does now", "/stats")
    .WithLink("API: OpenAPI document", "/openapi/v1.json");

// The front end shows it: its pages reach the API from the server, its scripts from the browser.
var web = builder.AddProject<Projects.SseAspire_Web>("web", launchProfileName: null)
    .InTheEnvironmentOfTheAppHost()
    .WithPublicEndpoints(settings.Web.Port, settings.Web.HttpsPort)
    .WithHealth("/health")
    .WithReference(api)
    .WaitFor(api)
    .WithEnvironment("Api__PublicUrl", api.PublicUrl(settings.Api.PublicUrl))
    .WithLink("Front end", "/");
api.WithEnvironment("Cors__Origins__0", web.PublicUrl(settings.Web.PublicUrl));

// On a developer's machine everybody may publish and operate, the latter in the dashboard too; elsewhere only who
// has the key.
if (builder.ExecutionContext.IsRunMode)
{
    api.WithHubCommands();
    producer.WithProducerCommands();
}
else
{
    var publishingKey = builder.AddParameter("publishing-key", secret: true);
    api.WithEnvironment("Publishing__Key", publishingKey)
        .WithEnvironment("Operations__Key", builder.AddParameter("operations-key", secret: true));
    // The broker keeps what the front end's replicas sign their forms with.
    web.WithEnvironment("Publishing__Key", publishingKey)
        .WithReference(broker);
}

builder.Build().Run();
