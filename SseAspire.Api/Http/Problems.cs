using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using SseAspire.Broker;

namespace SseAspire.Api.Http;

/// <summary>
/// Turns what went wrong with a request into a problem document (RFC 9457). One that is a field's fault names
/// it: <c>{…, "errors": {"topic": ["is empty"]}}</c>.
/// </summary>
/// <remarks>
/// It is written whatever the request accepts: EventSource accepts nothing but <c>text/event-stream</c>, and what
/// went wrong is looked for where browsers show it, in the answer's body.
/// </remarks>
internal sealed class Problems : IExceptionHandler
{
    /// <summary>How much of a field's name is repeated: a client may call it anything, at any length.</summary>
    private const int MaxFieldLength = 100;

    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        var problem = exception switch
        {
            BadRequestException e => OfField(e.Field, e.Reason, e.Status),
            InvalidEventException e => OfField(e.Field, e.Reason, StatusCodes.Status400BadRequest),
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } =>
                OfField("body", "is too large", StatusCodes.Status413PayloadTooLarge),
            BadHttpRequestException e => OfField("body", "could not be read", e.StatusCode),
            BrokerUnavailableException e => new ProblemDetails
            {
                Status = StatusCodes.Status503ServiceUnavailable,
                Title = e.Refusal is null ? "The event log is away." : "The event log refuses.",
                Detail = e.Message,
            },
            _ => null,
        };
        if (problem is null || context.Response.HasStarted)
        {
            return false;
        }

        if (problem.Status == StatusCodes.Status503ServiceUnavailable)
        {
            context.Response.Headers.RetryAfter = "1";
        }

        await Results.Problem(problem).ExecuteAsync(context);
        return true;
    }

    /// <summary>Describes a status that routing gave without a body.</summary>
    public static Task WriteStatusAsync(StatusCodeContext status)
    {
        var context = status.HttpContext;
        var code = context.Response.StatusCode;
        ProblemDetails problem = code switch
        {
            StatusCodes.Status404NotFound => OfField("path", "is nothing that is served here", code),
            StatusCodes.Status405MethodNotAllowed =>
                OfField("method", $"is not allowed here; use {context.Response.Headers.Allow}", code),
            _ => new ProblemDetails { Status = code },
        };
        return Results.Problem(problem).ExecuteAsync(context);
    }

    /// <summary>Describes what is wrong with a field.</summary>
    public static HttpValidationProblemDetails OfField(string field, string reason, int status)
    {
        var name = field.Length > MaxFieldLength ? field[..MaxFieldLength] + "…" : field;
        return new(new Dictionary<string, string[]> { [name] = [reason] }) { Status = status, Title = $"{name} {reason}." };
    }
}
