using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using SseAspire.Benchmarks.Load;

namespace SseAspire.Benchmarks.Servers;

/// <summary>
/// ASP.NET Core SignalR over its SSE transport: one hub, every event to all clients. No log, no resume: it only fans
/// out.
/// </summary>
internal sealed class SignalRServer() : DotnetServer(typeof(SignalRServer).Assembly.Location, [Role], new Dictionary<string, string>()), INegotiation
{
    /// <summary>The argument that makes this program the server.</summary>
    public const string Role = "signalr-server";

    public override string StreamPath => "/hub";

    public override StreamRequest Stream => new(StreamPath, Negotiation: this);

    /// <summary>Is the server, until it is ended.</summary>
    public static void Run()
    {
        var builder = WebApplication.CreateBuilder();
        // The readers only read: they send none of the pings that the server would end them for lacking.
        builder.Services.AddSignalR(options => options.ClientTimeoutInterval = TimeSpan.FromHours(2));
        var app = builder.Build();
        app.MapGet("/health", () => "Healthy");
        app.MapGet("/readers", () => EventsHub.Readers);
        app.MapHub<EventsHub>("/hub", options => options.Transports = HttpTransportType.ServerSentEvents);
        app.MapPost("/events", async (Publication[] publications, IHubContext<EventsHub> hub) =>
        {
            foreach (var publication in publications)
            {
                await hub.Clients.All.SendAsync("event", publication.Data);
            }

            return TypedResults.Created();
        });
        app.Run();
    }

    /// <inheritdoc />
    public string Begin()
    {
        var negotiated = Post($"{StreamPath}/negotiate?negotiateVersion=1", "");
        return $"{StreamPath}?id={negotiated!.Value.GetProperty("connectionToken").GetString()}";
    }

    /// <inheritdoc />
    public void Complete(string path) => Post(path, "{\"protocol\":\"json\",\"version\":1}\u001e");

    protected override int CountServed(ReaderFleet readers) => Get("/readers")!.Value.GetInt32();

    private sealed class EventsHub : Hub
    {
        private static int _readers;

        public static int Readers => Volatile.Read(ref _readers);

        public override Task OnConnectedAsync()
        {
            Interlocked.Increment(ref _readers);
            return Task.CompletedTask;
        }

        public override Task OnDisconnectedAsync(Exception? exception)
        {
            Interlocked.Decrement(ref _readers);
            return Task.CompletedTask;
        }
    }
}
