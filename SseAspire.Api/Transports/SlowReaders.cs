using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace SseAspire.Api.Transports;

/// <summary>Lets the reader of a response be slow.</summary>
internal static class SlowReaders
{
    /// <summary>
    /// Kestrel would cut readers that pause for five seconds. Those of streams are bounded by the write timeout.
    /// </summary>
    public static void Allow(HttpContext context)
    {
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }
    }
}
