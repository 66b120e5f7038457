using System.Globalization;
using SseAspire.Api.Http;

namespace SseAspire.Api.Operations;

/// <summary>
/// <c>POST /operations/drop?share=0.5</c>: cuts every stream of every replica, or a random share of them, to show and
/// to test recovery. Answers 202, how many replicas were told, how many of them have answered, and how many streams those
/// have dropped.
/// </summary>
internal sealed class Drop(Control control)
{
    public async Task<IResult> ServeAsync(HttpContext context)
    {
        var share = QueryFields.Read(context.Request).One("share") switch
        {
            null => 1,
            var text when double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                && number is > 0 and <= 1 => number,
            _ => throw new BadRequestException("share", "is not a number above 0 and up to 1"),
        };
        var (replicas, answered, dropped) = await control.DropAsync(share);
        return Results.Json(new { replicas, answered, dropped }, statusCode: StatusCodes.Status202Accepted);
    }
}
