using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace SseAspire.AppHost.Tests;

/// <summary>The AppHost's model as its Program draws it, before anything is started.</summary>
internal sealed class AppHostModel : IAsyncDisposable
{
    private readonly IDistributedApplicationTestingBuilder _builder;

    private AppHostModel(IDistributedApplicationTestingBuilder builder) => _builder = builder;

    /// <summary>The parts: what Aspire adds by itself beside them (rebuilders, parameters) left out.</summary>
    public IEnumerable<IResource> Parts =>
        _builder.Resources.Where(resource => resource is ProjectResource or IResourceWithConnectionString);

    /// <summary>Draws it under the given settings. Building it would release the AppHost's own Run.</summary>
    public static async Task<AppHostModel> DrawAsync(params string[] settings) =>
        new(await DistributedApplicationTestingBuilder.CreateAsync<Projects.SseAspire_AppHost>(settings, TestContext.Current.CancellationToken));

    public IResource this[string name] => _builder.Resources.Single(resource => resource.Name == name);

    /// <summary>The names of the resources whose health a resource waits for.</summary>
    public IEnumerable<string> WaitsFor(string name) =>
        this[name].Annotations.OfType<WaitAnnotation>()
            .Where(wait => wait.WaitType == WaitType.WaitUntilHealthy)
            .Select(wait => wait.Resource.Name);

    public EndpointAnnotation Endpoint(string name, string endpoint) =>
        this[name].Annotations.OfType<EndpointAnnotation>().Single(annotation => annotation.Name == endpoint);

    /// <summary>The environment that a resource is started with, after every endpoint has got its port.</summary>
    public async Task<IReadOnlyDictionary<string, string>> EnvironmentAsync(string name)
    {
        AllocateEndpoints();
        // The AppHost's own services come with Build, which is not called.
        await using var services = _builder.Services.BuildServiceProvider();
        var context = new DistributedApplicationExecutionContext(
            new DistributedApplicationExecutionContextOptions(_builder.ExecutionContext.Operation) { Services = services });
        var configuration = await ExecutionConfigurationBuilder.Create(this[name])
            .WithEnvironmentVariablesConfig()
            .BuildAsync(context, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Null(configuration.Exception);
        return configuration.EnvironmentVariables.ToDictionary(variable => variable.Key, variable => variable.Value);
    }

    /// <summary>The links that the dashboard shows for a resource.</summary>
    public async Task<IReadOnlyList<ResourceUrlAnnotation>> LinksAsync(string name)
    {
        AllocateEndpoints();
        var context = new ResourceUrlsCallbackContext(
            _builder.ExecutionContext, this[name], cancellationToken: TestContext.Current.CancellationToken);
        foreach (var annotation in this[name].Annotations.OfType<ResourceUrlsCallbackAnnotation>())
        {
            await annotation.Callback(context);
        }

        return context.Urls;
    }

    /// <summary>The commands that the AppHost itself adds to a resource, in order.</summary>
    public IReadOnlyList<ResourceCommandAnnotation> Commands(string name) =>
        [.. this[name].Annotations.OfType<ResourceCommandAnnotation>()];

    /// <summary>Executes a command while the resource's endpoint leads to one port and its replica listens on another.</summary>
    public async Task<ExecuteCommandResult> ExecuteAsync(string name, string command, int port, int replicaPort)
    {
        const string Replica = "replica";
        var endpoint = Endpoint(name, "http");
        endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, "localhost", port);
        await using var services = _builder.Services.BuildServiceProvider();
        await services.GetRequiredService<ResourceNotificationService>().PublishUpdateAsync(this[name], Replica, state => state with
        {
            EnvironmentVariables = [new("ASPNETCORE_URLS", $"http://localhost:{replicaPort}", IsFromSpec: true)],
        });
        return await Commands(name).Single(annotation => annotation.Name == command).ExecuteCommand(new ExecuteCommandContext
        {
            ResourceName = Replica,
            Services = services,
            Arguments = new([]),
            Logger = NullLogger.Instance,
            CancellationToken = TestContext.Current.CancellationToken,
        });
    }

    public ValueTask DisposeAsync() => _builder.DisposeAsync();

    // The orchestrator's part, which is not there.
    private void AllocateEndpoints()
    {
        const int SomePort = 5001;
        foreach (var endpoint in _builder.Resources.SelectMany(resource => resource.Annotations.OfType<EndpointAnnotation>()))
        {
            endpoint.AllocatedEndpoint ??= new AllocatedEndpoint(endpoint, "localhost", endpoint.Port ?? SomePort, $"{SomePort}");
        }

        foreach (var broker in _builder.Resources.OfType<EmbeddedBrokerResource>())
        {
            broker.ListensOn(SomePort);
        }
    }
}
