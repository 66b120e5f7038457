using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Options;
using SseAspire.Api.Hub;
using SseAspire.Api.Transports;

namespace SseAspire.Api.Operations;

/// <summary>
/// Before the API stops: fails readiness, opens no new stream, and closes those that are open at an even rate over
/// the drain time, so that the rest of the fleet sees a trickle of reconnects and not a herd.
/// <c>POST /operations/drain</c> has this replica do so and begin anew.
/// </summary>
internal sealed partial class Drain(
    EventHub hub,
    ReplicaObserver replica,
    Restart restart,
    IOptions<HubOptions> options,
    TimeProvider time,
    ILogger<Drain> logger) : IHostedLifecycleService
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// How long a stream may take to end once it is closed: as long as a WebSocket's client has to answer. The server
    /// would wait for one that takes nothing any more until the host gives up.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Answers 202 and what will happen: which replica closes how many streams, over how many seconds; 409 where it
    /// drains already.
    /// </summary>
    public IResult Serve()
    {
        if (hub.IsDraining)
        {
            return Results.Problem($"Replica {replica.Name} drains already.", statusCode: StatusCodes.Status409Conflict);
        }

        var streams = hub.Subscriptions.Count();
        var drainTime = streams > 0 ? options.Value.DrainTime : TimeSpan.Zero;
        restart.Begin();
        return Results.Json(
            new { replica = replica.Name, streams, seconds = drainTime.TotalSeconds }, statusCode: StatusCodes.Status202Accepted);
    }

    /// <summary>
    /// While it drains, closes the connection of every request that is over: its client comes back over another one,
    /// which a balancer of connections leads to another replica. Over this one it would only be refused.
    /// </summary>
    public async Task LetGoAsync(HttpContext context, RequestDelegate next)
    {
        // Before the answer, which then says so: a client that was not told might send its next request into the closing.
        LetGo(context);
        try
        {
            await next(context);
        }
        finally
        {
            // A stream began its answer long before. Whoever else was answered as the drain began is told the next time.
            if (context.Response.ContentType == EventStream.MediaType)
            {
                LetGo(context);
            }
        }
    }

    private void LetGo(HttpContext context)
    {
        if (hub.IsDraining)
        {
            context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
        }
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        hub.IsDraining = true;
        try
        {
            await CloseEvenlyAsync(cancellationToken);
            await EndAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The host has no more time.
        }

        var stuck = 0;
        foreach (var subscription in hub.Subscriptions)
        {
            subscription.Cut();
            stuck++;
        }

        if (stuck > 0)
        {
            StreamsStuck(stuck);
        }
    }

    private async Task CloseEvenlyAsync(CancellationToken cancellationToken)
    {
        var open = hub.Subscriptions.ToArray();
        var steps = Math.Max(1, (long)(options.Value.DrainTime / Step));
        StreamsClosing(open.Length, options.Value.DrainTime);

        // By steps and not by the time that has passed: after a pause of the whole machine that would close at once
        // all whose turn was meanwhile.
        using var timer = new PeriodicTimer(Step, time);
        var closed = 0;
        for (var step = 1; step <= steps && hub.Subscriptions.Any(); step++)
        {
            for (var due = (open.Length * step + steps - 1) / steps; closed < due; closed++)
            {
                open[closed].Close(CloseReason.Drain);
            }

            if (closed < open.Length)
            {
                await timer.WaitForNextTickAsync(cancellationToken);
            }
        }
    }

    /// <summary>Waits for the streams to end, each of which may be in the middle of a write.</summary>
    private async Task EndAsync(CancellationToken cancellationToken)
    {
        for (var since = time.GetTimestamp(); hub.Subscriptions.Any() && time.GetElapsedTime(since) < Patience;)
        {
            foreach (var subscription in hub.Subscriptions)
            {
                // Those that came while the drain began are among them.
                subscription.Close(CloseReason.Drain);
            }

            await Task.Delay(Step, time, cancellationToken);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(LogLevel.Information, "The API drains: {Count} streams are closed over {DrainTime}")]
    private partial void StreamsClosing(int count, TimeSpan drainTime);

    [LoggerMessage(LogLevel.Warning, "{Count} streams did not end when they were closed and were cut")]
    private partial void StreamsStuck(int count);
}
