using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SseAspire.Api.Http;
using SseAspire.Api.Hub;
using SseAspire.Api.Transports;
using SseAspire.Broker;
using StackExchange.Redis;
using EventId = SseAspire.Broker.EventId;

namespace SseAspire.Api.Tests;

/// <summary>
/// The hub and its transports in the test's own process, over real connections, for what cannot be arranged in another
/// process. The test is the tail; there is no log.
/// </summary>
internal sealed class HubApp : IAsyncDisposable
{
    private readonly WebApplication _app;
    private EventId _position = new(1_700_000_000_000, 0);

    private HubApp(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.Single());

    public EventHub Hub => _app.Services.GetRequiredService<EventHub>();

    /// <summary>Starts it, at the beginning of an empty log.</summary>
    /// <param name="protocols">What it speaks.</param>
    /// <param name="configure">Changes its services.</param>
    public static async Task<HubApp> StartAsync(HttpProtocols protocols = HttpProtocols.Http1, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(server => server.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = protocols;
            ConnectionTakeover.Offer(listen);
        }));
        builder.Services.AddCors();
        builder.Services.AddHub();
        builder.Services.Remove(builder.Services.Single(service => service.ImplementationType == typeof(LogTail)));
        builder.Services.AddSingleton<IConnectionMultiplexer>(
            await ConnectionMultiplexer.ConnectAsync("127.0.0.1:1,abortConnect=false,connectTimeout=1"));
        builder.Services.AddSingleton<EventLog>();
        configure?.Invoke(builder);
        var app = builder.Build();
        app.Use(OpenConnections.TrackAsync);
        app.UseWebSockets();
        app.MapGet("/events", (HttpContext context, ServerSentEvents transport) => transport.ServeAsync(context));
        app.MapGet("/events/websocket", (HttpContext context, WebSocketEvents transport) => transport.ServeAsync(context));
        app.MapGet("/events/long-poll", (HttpContext context, LongPoll transport) => transport.ServeAsync(context));
        await app.StartAsync(TestContext.Current.CancellationToken);
        var started = new HubApp(app);
        started.Hub.Start([], started._position);
        return started;
    }

    /// <summary>Has the hub deliver an event, as its tail would.</summary>
    public void Publish(string topic, string data)
    {
        _position = _position.Next;
        Hub.Publish([new LogEntry(_position, Event.Create(topic, data, DateTimeOffset.UtcNow))]);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
