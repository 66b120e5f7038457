using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using SseAspire.Testing;
using SseAspire.Testing.Otlp;

namespace SseAspire.Telemetry.Tests;

/// <summary>Services on one broker that tell one collector what they do. The broker is a real Redis where there is one.</summary>
internal sealed class ObservedSystem : IAsyncDisposable
{
    private readonly TestBroker _broker = RedisServer.IsInstalled ? new RealBroker() : new EmbeddedBroker();
    private readonly List<ServiceProcess> _services = [];

    private ObservedSystem(OtlpCollector collector) => Collector = collector;

    /// <summary>What they have told.</summary>
    public OtlpCollector Collector { get; }

    /// <summary>Starts the broker and the collector.</summary>
    public static async Task<ObservedSystem> StartAsync()
    {
        var system = new ObservedSystem(await OtlpCollector.StartAsync());
        await system._broker.InitializeAsync();
        return system;
    }

    /// <summary>Starts a part.</summary>
    /// <param name="part">The part, such as <c>Api</c>: also the service's name.</param>
    /// <param name="instance">Which process of it.</param>
    /// <param name="settings">Its settings.</param>
    public async Task<ServiceProcess> StartPartAsync(string part, string instance, params (string Name, string Value)[] settings)
    {
        var service = await ServiceProcess.StartAsync(
            $"SseAspire.{part}",
            [
                ("ConnectionStrings__broker", _broker.ConnectionString),
                .. Collector.SettingsFor(part, instance),
                .. settings,
            ]);
        _services.Add(service);
        return service;
    }

    /// <summary>Starts an API that may be told to drop its streams.</summary>
    public Task<ServiceProcess> StartApiAsync(string instance, params (string Name, string Value)[] settings) =>
        StartPartAsync("Api", instance, [("Operations__Enabled", "true"), ("Log__AppendTimeout", "00:01:00"), .. settings]);

    /// <summary>Publishes events in one request.</summary>
    /// <param name="api">Where.</param>
    /// <param name="topic">Under which topic.</param>
    /// <param name="data">What each of them carries.</param>
    /// <param name="traceParent">The publisher's trace, if it has one.</param>
    /// <returns>Their ids.</returns>
    public static async Task<string[]> PublishAsync(ServiceProcess api, string topic, IEnumerable<string> data, string? traceParent = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/events")
        {
            Content = JsonContent.Create(data.Select(each => new { topic, data = each })),
        };
        if (traceParent is not null)
        {
            request.Headers.Add("traceparent", traceParent);
        }

        using var answer = await api.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var ids = await answer.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken);
        return [.. ids!["ids"]!.AsArray().Select(id => (string)id!)];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _services)
        {
            await service.DisposeAsync();
        }

        await _broker.DisposeAsync();
        await Collector.DisposeAsync();
    }
}
