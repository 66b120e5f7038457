using SseAspire.Api.Http;

namespace SseAspire.Api.Operations;

/// <summary>
/// <c>GET /stats</c>: what the hub is doing now, summed over its replicas: connections by transport and topic, events
/// in and out per second, delivery latency, lag. <c>?replica=self</c> tells of the replica that is asked alone.
/// </summary>
internal sealed class Stats(ReplicaObserver observer, ReplicaBoard board, TimeProvider time)
{
    private const string Self = "self";

    public IResult Serve(HttpContext context)
    {
        var self = QueryFields.Read(context.Request).One("replica") switch
        {
            null => false,
            Self => true,
            _ => throw new BadRequestException("replica", $"is not '{Self}'"),
        };
        context.Response.Headers.CacheControl = "no-store";
        return Results.Json(self ? HubFigures.Of([observer.Observe()], complete: true, time.GetUtcNow()) : ReadHub());
    }

    /// <summary>What the hub is doing: of this replica as it stands now, of the others as they last told.</summary>
    public HubFigures ReadHub()
    {
        var self = observer.Observe();
        try
        {
            if (board.Others is { } others)
            {
                return HubFigures.Of([self, .. others], complete: true, time.GetUtcNow());
            }
        }
        catch (OverflowException)
        {
            // No replica wrote these counts: whoever writes to Redis by hand must not stop what reads them.
        }

        return HubFigures.Of([self], complete: false, time.GetUtcNow());
    }
}
