using SseAspire.Api.Http;
using SseAspire.Api.Metering;

namespace SseAspire.Api.Operations;

/// <summary>
/// <c>GET /operations/meters?meter=a&amp;meter=b</c>: what all replicas have counted of the requests that carried
/// these meters, and what processor time they have taken.
/// </summary>
internal sealed class ReadMeters(MeterLedger ledger)
{
    public async Task<IResult> ServeAsync(HttpContext context)
    {
        var names = MeterName.ReadAll(QueryFields.Read(context.Request));
        context.Response.Headers.CacheControl = "no-store";
        return Results.Json(await ledger.ReadAsync(names));
    }
}
