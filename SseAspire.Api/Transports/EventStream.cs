using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace SseAspire.Api.Transports;

/// <summary>The response that is an event stream (HTML standard, 9.2).</summary>
internal static class EventStream
{
    public const string MediaType = "text/event-stream";

    /// <summary>Prepares a response to be written to without end.</summary>
    public static PipeWriter Open(HttpContext context)
    {
        var response = context.Response;
        response.ContentType = MediaType;
        response.Headers.CacheControl = "no-store";
        // Proxies collect a response before they forward it, unless the response asks them not to: nginx and those that
        // follow it read the first header, the second is the standard (RFC 10036).
        response.Headers["X-Accel-Buffering"] = "no";
        response.Headers["Incremental"] = "?1";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        SlowReaders.Allow(context);
        return response.BodyWriter;
    }

    /// <summary>Refuses a stream that the client should try again after a while.</summary>
    public static async Task RefuseAsync(HttpContext context, TimeSpan retry)
    {
        if (context.Request.Headers.Accept.Any(accept => accept?.Contains(MediaType, StringComparison.OrdinalIgnoreCase) == true))
        {
            // EventSource gives up for good on any status but 200, so a full hub answers 200 and ends at once:
            // the browser comes back after `retry`, a 503 would need the user to reload.
            var output = Open(context);
            SseFormat.WriteClosing(output, retry);
            await output.FlushAsync(context.RequestAborted);
            return;
        }

        await Refusal.AnswerAsync(context, retry);
    }
}
