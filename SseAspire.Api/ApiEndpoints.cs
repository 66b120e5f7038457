using Microsoft.AspNetCore.Http.HttpResults;
using SseAspire.Api.Http;
using SseAspire.Api.Metering;
using SseAspire.Api.Operations;
using SseAspire.Api.Publishing;
using SseAspire.Api.Telemetry;
using SseAspire.Api.Transports;
using SseAspire.ServiceDefaults;

namespace SseAspire.Api;

/// <summary>The HTTP surface of the API.</summary>
internal static class ApiEndpoints
{
    /// <summary>Counts requests under the announced meters that they carry, where operations are on.</summary>
    public static void UseMetering(this WebApplication app)
    {
        if (OperationsOptions.Of(app.Configuration).Enabled)
        {
            app.Use(app.Services.GetRequiredService<RequestMetering>().CountAsync);
        }
    }

    /// <summary>
    /// Maps GET, and HEAD as RFC 9110, section 9.3.2, has it: monitors and clients ask with it whether something is served.
    /// One endpoint for both, so that the key and everything else apply to both.
    /// </summary>
    private static RouteHandlerBuilder MapRead(this WebApplication app, string path, Delegate handler) =>
        app.MapMethods(path, [HttpMethods.Get, HttpMethods.Head], handler);

    public static void MapApi(this WebApplication app)
    {
        var publishing = app.Configuration.GetSection(PublishingOptions.Section).Get<PublishingOptions>() ?? new();
        var operations = OperationsOptions.Of(app.Configuration);

        app.MapRead("/events", (HttpContext context, ServerSentEvents transport) => transport.ServeAsync(context))
            .WithName("subscribe")
            .WithMetadata(new Metered())
            .DescribeServerSentEvents()
            // A stream would be counted only when it ends, with a duration that says nothing.
            .DisableHttpMetrics();
        app.MapRead("/events/websocket", (HttpContext context, WebSocketEvents transport) => transport.ServeAsync(context))
            .WithName("subscribe-websocket")
            .WithMetadata(new Metered())
            .DescribeWebSocket()
            .DisableHttpMetrics();
        // How HTTP/2 begins a WebSocket (RFC 8441).
        app.MapMethods("/events/websocket", [HttpMethods.Connect], (HttpContext context, WebSocketEvents transport) => transport.ServeAsync(context))
            .ExcludeFromDescription()
            .WithMetadata(new Metered())
            .DisableHttpMetrics();
        app.MapRead("/events/long-poll", (HttpContext context, LongPoll transport) => transport.ServeAsync(context))
            .WithName("long-poll")
            .WithMetadata(new Metered())
            .DescribeLongPoll()
            // A request that is held says nothing by its duration.
            .DisableHttpMetrics();
        app.MapRead("/events/poll", (HttpContext context, Poll transport) => transport.ServeAsync(context))
            .WithName("poll")
            .WithMetadata(new Metered())
            .DescribePoll();
        app.MapPost("/events", (HttpContext context, Publish publish) => publish.ServeAsync(context))
            .WithName("publish")
            .DescribePublishing()
            .RequireKey(PublishingOptions.KeySetting, publishing.Key);
        app.MapPost(Receipts.Path, (HttpContext context, Receipts receipts) => receipts.ServeAsync(context))
            .WithName("receipts")
            .DescribeReceipts()
            .RequireRateLimiting(ReceiptRate.Name);
        app.MapRead(Receipts.ClockPath, (HttpContext context, Receipts receipts) => receipts.ServeClock(context))
            .WithName("clock")
            .WithSummary("The hub's clock, for those who tell it times: Unix milliseconds, with fraction")
            .DisableHttpMetrics();
        app.MapRead(OpenApiDocumentEndpoint.Path, (HttpContext context, OpenApiDocumentEndpoint document) => document.ServeAsync(context))
            .ExcludeFromDescription();
        app.MapRead("/stats", (HttpContext context, Stats stats) => stats.Serve(context))
            .WithName("stats")
            .DescribeStats();
        app.MapRead("/stats/stream", (HttpContext context, StatsStream stream) => stream.ServeAsync(context))
            .WithName("stats-stream")
            .DescribeStatsStream()
            .DisableHttpMetrics();

        if (operations.Enabled)
        {
            app.MapPost("/operations/drop", (HttpContext context, Drop drop) => drop.ServeAsync(context))
                .WithName("drop")
                .DescribeDropping()
                .RequireKey(OperationsOptions.KeySetting, operations.Key);
            app.MapPost("/operations/drain", (Drain drain) => drain.Serve())
                .WithName("drain")
                .DescribeDraining()
                .RequireKey(OperationsOptions.KeySetting, operations.Key);
            app.MapPost("/operations/cut", (HttpContext context, Cut cut) => cut.ServeAsync(context))
                .WithName("cut")
                .DescribeCutting()
                .RequireKey(OperationsOptions.KeySetting, operations.Key);
            app.MapPost("/operations/restart", (Control control) => Restart.ServeAsync(control))
                .WithName("restart")
                .DescribeRestarting()
                .RequireKey(OperationsOptions.KeySetting, operations.Key);
            app.MapPost("/operations/meters", (HttpContext context, AnnounceMeters announce) => announce.ServeAsync(context))
                .WithName("announce-meters")
                .DescribeAnnouncing()
                .RequireKey(OperationsOptions.KeySetting, operations.Key);
            app.MapRead("/operations/meters", (HttpContext context, ReadMeters meters) => meters.ServeAsync(context))
                .WithName("meters")
                .DescribeMeters()
                .RequireKey(OperationsOptions.KeySetting, operations.Key);
        }
    }
}
