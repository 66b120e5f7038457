namespace SseAspire.Api.Http;

/// <summary>A request is wrong in one of its fields. Answered as a problem document that names it (RFC 9457).</summary>
internal sealed class BadRequestException(string field, string reason, int status = StatusCodes.Status400BadRequest)
    : Exception($"{field} {reason}")
{
    /// <summary>The field, as the client wrote it.</summary>
    public string Field { get; } = field;

    /// <summary>What is wrong with it: a predicate, such as "is empty".</summary>
    public string Reason { get; } = reason;

    /// <summary>The status to answer with, a 4xx.</summary>
    public int Status { get; } = status;
}
