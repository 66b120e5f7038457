using Microsoft.AspNetCore.Http.Features;
using SseAspire.Api.Http;

namespace SseAspire.Api.Metering;

/// <summary>
/// Counts requests and the bytes of their connections under the announced meters that they carry. Only where operations
/// are on: elsewhere neither connections nor requests pass through it.
/// </summary>
internal sealed class RequestMetering(Meters meters)
{
    /// <summary>Counts a request under the meter that it carries, if that is announced; the request has it as a feature then.</summary>
    /// <exception cref="BadRequestException">It carries one that is wrong.</exception>
    public Task CountAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<CountedConnection>() is not { } connection)
        {
            // Not over Kestrel: there are no bytes to count.
            return next(context);
        }

        var request = context.Features.GetRequiredFeature<IHttpRequestLifetimeFeature>();
        Meter? meter = null;
        // Of every request, since the bytes of one that is not counted are not the next one's. Kestrel calls it
        // when the end of the answer is written.
        context.Response.OnCompleted(() =>
        {
            connection.End();
            meter?.End(request);
            return Task.CompletedTask;
        });
        if (context.GetEndpoint()?.Metadata.GetMetadata<Metered>() is null
            || MeterName.Read(QueryFields.Read(context.Request)) is not { } name
            || !meters.TryFind(name, out meter))
        {
            return next(context);
        }

        context.Features.Set(meter);
        // HTTP/1 serves one request of a connection after the other.
        meter.Begin(request, connection, isAlone: HttpProtocol.IsHttp11(context.Request.Protocol) || HttpProtocol.IsHttp10(context.Request.Protocol));
        if (meter.IsCut)
        {
            context.Abort();
            return Task.CompletedTask;
        }

        return next(context);
    }
}
