using System.Globalization;
using SseAspire.Broker;
using SseAspire.Producer.Sources;

namespace SseAspire.Producer.Operations;

/// <summary>
/// <c>POST /operations/burst?count=1000</c>: appends so many events of topic <c>burst</c>, numbered, as fast as the log
/// takes them, on the way that every source's events go. Answers 200 and <c>{events, seconds}</c>.
/// </summary>
/// <remarks>Asked for, so it is done while the sources pause too.</remarks>
internal sealed class Burst(
    EventLog log, ProducerTelemetry telemetry, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<Burst> logger)
{
    private const string Topic = "burst";
    private const int DefaultCount = 1_000;
    private const int MaxCount = 100_000;

    /// <summary>While Redis is away a burst waits for it, as everything does; who asked does not wait so long.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public async Task<IResult> ServeAsync(HttpRequest request)
    {
        if (ReadCount(request.Query["count"]) is not { } count)
        {
            var reason = $"is not a whole number from 1 to {MaxCount}";
            return Results.ValidationProblem(new Dictionary<string, string[]> { ["count"] = [reason] }, title: $"count {reason}.");
        }

        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(request.HttpContext.RequestAborted, lifetime.ApplicationStopping);
        giveUp.CancelAfter(Patience);
        var started = time.GetTimestamp();
        try
        {
            await PublishAsync(count, giveUp.Token);
        }
        catch (OperationCanceledException)
        {
            return Results.Problem(
                $"The event log did not take {count} events in time; some of them may be there.",
                statusCode: StatusCodes.Status503ServiceUnavailable,
                title: "The burst was given up.");
        }

        return Results.Json(new { events = count, seconds = time.GetElapsedTime(started).TotalSeconds });
    }

    private async Task PublishAsync(int count, CancellationToken giveUp)
    {
        var publisher = new Publisher(Topic, SourceKind.Facts, log, telemetry, time, logger);
        var appending = publisher.RunAsync(giveUp);
        try
        {
            for (var number = 1; number <= count; number++)
            {
                await publisher.PublishAsync(
                    Event.Create(
                        Topic, string.Create(CultureInfo.InvariantCulture, $$"""{"number":{{number}},"of":{{count}}}"""), time.GetUtcNow(), Topic),
                    giveUp);
            }
        }
        finally
        {
            publisher.Complete();
            await appending;
        }

        giveUp.ThrowIfCancellationRequested();
    }

    private static int? ReadCount(Microsoft.Extensions.Primitives.StringValues count) => count switch
    {
        [] => DefaultCount,
        [var text] when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= MaxCount => number,
        _ => null,
    };
}
