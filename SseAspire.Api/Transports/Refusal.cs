using System.Globalization;

namespace SseAspire.Api.Transports;

/// <summary>Refuses a request that the client should try again: 503, and when (RFC 9110, 10.2.3).</summary>
internal static class Refusal
{
    /// <summary>What a client is told, whatever the transport.</summary>
    public const string Reason = "The hub takes no more streams now.";

    public static Task AnswerAsync(HttpContext context, TimeSpan retry)
    {
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        context.Response.Headers.RetryAfter = Math.Ceiling(retry.TotalSeconds).ToString("F0", CultureInfo.InvariantCulture);
        return Results.Problem(Reason, statusCode: StatusCodes.Status503ServiceUnavailable).ExecuteAsync(context);
    }
}
