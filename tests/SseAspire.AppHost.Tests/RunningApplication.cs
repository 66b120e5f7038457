using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace SseAspire.AppHost.Tests;

/// <summary>
/// The whole application, started by Aspire's real orchestrator with its dashboard, on ports of its own.
/// </summary>
public sealed class RunningApplication : IAsyncLifetime
{
    private const string DashboardKey = "a-key-for-the-dashboard";

    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(3);

    private DistributedApplication? _application;
    private readonly ConcurrentDictionary<string, ResourceEvent> _instances = new();
    private HttpClient? _dashboard;

    /// <summary>The names of its parts.</summary>
    public static IReadOnlyList<string> Parts { get; } = ["broker", "producer", "api", "demonstration", "web"];

    /// <summary>The address of the dashboard, which needs no login here.</summary>
    public Uri Dashboard => Application.GetEndpoint("aspire-dashboard", "http");

    /// <summary>The API's published address: the orchestrator's proxy before the replicas.</summary>
    public Uri Api => Application.GetEndpoint("api", "http");

    /// <summary>The front end's published address.</summary>
    public Uri Web => Application.GetEndpoint("web", "http");

    private DistributedApplication Application => _application ?? throw new InvalidOperationException("The application does not run.");

    private ResourceNotificationService Notifications => Application.Services.GetRequiredService<ResourceNotificationService>();

    public async ValueTask InitializeAsync()
    {
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.SseAspire_AppHost>(
            [
                "--Broker=embedded",
                // Aspire's test host repeats what every part writes to its console.
                "--Logging:LogLevel:SseAspire.AppHost.Resources=None",
                "--ASPIRE_ALLOW_UNSECURED_TRANSPORT=true",
                "--ASPIRE_DASHBOARD_UNSECURED_ALLOW_ANONYMOUS=true",
                $"--AppHost:DashboardApiKey={DashboardKey}",
            ],
            (options, _) => options.DisableDashboard = false,
            TestContext.Current.CancellationToken);
        _application = await builder.BuildAsync();
        _ = WatchAsync(_application);
        await _application.StartAsync();
        await HealthyAsync();
        _dashboard = new HttpClient { BaseAddress = Dashboard, DefaultRequestHeaders = { { "X-API-Key", DashboardKey } } };
    }

    public async ValueTask DisposeAsync()
    {
        _dashboard?.Dispose();
        if (_application is not null)
        {
            await _application.StopAsync();
            await _application.DisposeAsync();
        }
    }

    /// <summary>Returns when every part is healthy.</summary>
    public async Task HealthyAsync()
    {
        using var timeout = new CancellationTokenSource(StartTimeout);
        foreach (var part in Parts)
        {
            await Notifications.WaitForResourceHealthyAsync(part, timeout.Token);
        }
    }

    /// <summary>The instances of a part, in the order of their names.</summary>
    public IReadOnlyList<ResourceEvent> Instances(string part) =>
        [.. _instances.Values.Where(instance => instance.Resource.Name == part).OrderBy(instance => instance.ResourceId, StringComparer.Ordinal)];

    /// <summary>The address at which one instance itself listens, behind the proxy.</summary>
    public static Uri OwnAddress(ResourceEvent instance) =>
        new(instance.Snapshot.EnvironmentVariables.Single(variable => variable.Name == "ASPNETCORE_URLS").Value!.Split(';')[0]);

    /// <summary>Executes a command, as the dashboard does.</summary>
    public Task<ExecuteCommandResult> ExecuteAsync(ResourceEvent instance, string command) =>
        Application.Services.GetRequiredService<ResourceCommandService>().ExecuteCommandAsync(instance.ResourceId, command, TestContext.Current.CancellationToken);

    /// <summary>Publishes an event through the published address.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> PublishAsync(string topic, string data)
    {
        using var http = new HttpClient();
        using var form = new FormUrlEncodedContent([new("topic", topic), new("data", data)]);
        using var answer = await http.PostAsync(new Uri(Api, "/events"), form, TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
        return (string)(await answer.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken))!["id"]!;
    }

    /// <summary>What the dashboard's API answers.</summary>
    public async Task<JsonNode> DashboardAsync(string path) =>
        (await _dashboard!.GetFromJsonAsync<JsonNode>(path, TestContext.Current.CancellationToken))!;

    private async Task WatchAsync(DistributedApplication application)
    {
        await foreach (var change in application.Services.GetRequiredService<ResourceNotificationService>().WatchAsync())
        {
            _instances[change.ResourceId] = change;
        }
    }
}
