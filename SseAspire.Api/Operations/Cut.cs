using SseAspire.Api.Http;
using SseAspire.Api.Metering;

namespace SseAspire.Api.Operations;

/// <summary>
/// <c>POST /operations/cut?meter=a&amp;meter=b&amp;seconds=5</c>: cuts the connections of all requests that carry
/// these meters, on every replica, and of those that come until the seconds are over: for them the network is gone.
/// Answers 202 and how many replicas were told.
/// </summary>
internal sealed class Cut(Control control)
{
    private const int MaxSeconds = 60;

    public async Task<IResult> ServeAsync(HttpContext context)
    {
        var query = QueryFields.Read(context.Request);
        var names = MeterName.ReadAll(query);
        var lasting = TimeSpan.FromSeconds(query.Number("seconds", 0, 0, MaxSeconds));
        return Results.Json(new { replicas = await control.CutAsync(names, lasting) }, statusCode: StatusCodes.Status202Accepted);
    }
}
