using SseAspire.Api.Http;
using SseAspire.Api.Metering;

namespace SseAspire.Api.Operations;

/// <summary>
/// <c>POST /operations/meters?meter=a&amp;meter=b</c>: has every replica count the requests that carry these meters, until
/// <see cref="Meters.Kept"/> after the last of them. Answers 202 with how many replicas were told and how many answered:
/// those count from then on.
/// </summary>
internal sealed class AnnounceMeters(Control control, MeterLedger ledger, Meters meters)
{
    public async Task<IResult> ServeAsync(HttpContext context)
    {
        var names = MeterName.ReadAll(QueryFields.Read(context.Request));
        if (!meters.HasRoomFor(names))
        {
            throw new BadRequestException(
                "meter", $"is too much: the limit of {Meters.MaxMeters} announced meters is reached", StatusCodes.Status429TooManyRequests);
        }

        await ledger.AnnounceAsync(names);
        var (replicas, answered) = await control.AnnounceAsync(names);
        return Results.Json(new { replicas, answered }, statusCode: StatusCodes.Status202Accepted);
    }
}
