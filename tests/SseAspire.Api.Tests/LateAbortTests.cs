using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SseAspire.Api.Http;
using SseAspire.Api.Hub;
using SseAspire.Api.Transports;
using SseAspire.Broker;
using StackExchange.Redis;
using EventId = SseAspire.Broker.EventId;

namespace SseAspire.Api.Tests;

/// <summary>
/// Drop, drain and the clock abort streams that they have listed before. A stream may end meanwhile, and Kestrel uses
/// the objects of its request for the next one of the same HTTP/2 connection.
/// </summary>
public sealed class LateAbortTests
{
    private static readonly EventId First = new(1_700_000_000_000, 0);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_abort_that_comes_after_its_stream_has_ended_leaves_the_next_streams_of_the_connection_alone(bool byClock)
    {
        await using var app = await StartAsync();
        var hub = app.Services.GetRequiredService<EventHub>();
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        var position = First;
        var ended = new List<Subscription>();

        for (var round = 0; round < 20; round++)
        {
            using var answer = await OpenAsync(client);
            answer.EnsureSuccessStatusCode();
            using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(Cancellation));
            var subscription = hub.Subscriptions.Single();

            foreach (var late in ended)
            {
                if (byClock)
                {
                    // As after a write that has hung for too long.
                    late.Tick(DateTime.MaxValue.Ticks / 2, new HubOptions());
                }
                else
                {
                    late.Cut();
                }
            }

            position = position.Next;
            hub.Publish([new LogEntry(position, Event.Create("late", $"{round}", DateTimeOffset.UtcNow))]);
            string? line;
            do
            {
                line = await lines.ReadLineAsync(Cancellation);
                Assert.NotNull(line);
            }
            while (line != $"data: {round}");

            // In an orderly way, after which the server uses the request's objects again.
            subscription.Close(CloseReason.Lifetime);
            await lines.ReadToEndAsync(Cancellation);
            ended.Add(subscription);
        }
    }

    private static async Task<HttpResponseMessage> OpenAsync(HttpClient client)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/events?topic=late")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
    }

    private static async Task<WebApplication> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(server => server.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            ConnectionTakeover.Offer(listen);
        }));
        builder.Services.AddHub();
        // The test is the tail and the clock; the log is never reached.
        foreach (var own in builder.Services.Where(service => service.ImplementationType == typeof(LogTail) || service.ImplementationType == typeof(HubClock)).ToArray())
        {
            builder.Services.Remove(own);
        }

        builder.Services.AddSingleton<IConnectionMultiplexer>(
            await ConnectionMultiplexer.ConnectAsync("127.0.0.1:1,abortConnect=false,connectTimeout=1"));
        builder.Services.AddSingleton<EventLog>();
        var app = builder.Build();
        app.Use(OpenConnections.TrackAsync);
        app.Run(app.Services.GetRequiredService<ServerSentEvents>().ServeAsync);
        await app.StartAsync(Cancellation);
        app.Services.GetRequiredService<EventHub>().Start([], First);
        return app;
    }
}
