using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using SseAspire.Api;
using SseAspire.Api.Http;
using SseAspire.Api.Hub;
using SseAspire.Api.Transports;
using SseAspire.Benchmarks.Load;
using SseAspire.Broker;
using StackExchange.Redis;
using EventId = SseAspire.Broker.EventId;
using EventLog = SseAspire.Broker.EventLog;

namespace SseAspire.Benchmarks.HotPath;

/// <summary>
/// The hub and its event streams on their server, in this process, whose heap can be looked at. This program is the
/// tail: what Redis' client allocates for an event would hide what a delivery does.
/// </summary>
internal sealed class HubInProcess : IAsyncDisposable
{
    private const string Topic = "benchmark";
    private static readonly string Data = $"{(char)Payload.Mark}";

    /// <summary>What its readers ask for.</summary>
    public const string StreamPath = $"/events?topic={Topic}";

    // Readers at the head need the window and no log: this one is never reached, nor tried again.
    private static readonly ConfigurationOptions NoRedis = new()
    {
        EndPoints = { { IPAddress.Loopback, 1 } },
        AbortOnConnectFail = false,
        ReconnectRetryPolicy = new LinearRetry(int.MaxValue),
    };

    private readonly WebApplication _app;
    private readonly EventHub _hub;
    private EventId _last = new(1_700_000_000_000, 0);

    private HubInProcess(WebApplication app)
    {
        _app = app;
        _hub = app.Services.GetRequiredService<EventHub>();
        _hub.Start([], _last);
    }

    /// <summary>Where its readers connect to.</summary>
    public IPEndPoint Address => IPEndPoint.Parse(new Uri(_app.Urls.Single()).Authority);

    /// <summary>Starts one.</summary>
    /// <param name="path">How it is to reach its readers.</param>
    public static async Task<HubInProcess> StartAsync(DeliveryPath path)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(server => server.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = path == DeliveryPath.Socket ? HttpProtocols.Http1 : HttpProtocols.Http2;
            ConnectionTakeover.Offer(listen);
        }));
        builder.Services.AddHub();
        builder.Services.Remove(builder.Services.Single(service => service.ImplementationType == typeof(LogTail)));
        builder.Services.Configure<HubOptions>(hub => hub.MaxConnectionsPerAddress = hub.MaxConnections);
        builder.Services.AddSingleton<IConnectionMultiplexer>(await ConnectionMultiplexer.ConnectAsync(NoRedis));
        builder.Services.AddSingleton<EventLog>();
        var app = builder.Build();
        app.Use(OpenConnections.TrackAsync);
        app.Run(app.Services.GetRequiredService<ServerSentEvents>().ServeAsync);
        await app.StartAsync();
        return new HubInProcess(app);
    }

    /// <summary>Publishes one event, as the tail does.</summary>
    public void Publish()
    {
        _last = _last.Next;
        _hub.Publish([new LogEntry(_last, Event.Create(Topic, Data, DateTimeOffset.UtcNow))]);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
