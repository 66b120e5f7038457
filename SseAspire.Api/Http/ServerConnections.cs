using Microsoft.AspNetCore.Server.Kestrel.Core;
using SseAspire.Api.Metering;
using SseAspire.ServiceDefaults;

namespace SseAspire.Api.Http;

/// <summary>What each connection passes, on every endpoint, before it comes to HTTP.</summary>
internal static class ServerConnections
{
    public static void Apply(KestrelServerOptions server) => server.ConfigureEndpointDefaults(endpoint =>
    {
        if (OperationsOptions.Of(endpoint.ApplicationServices.GetRequiredService<IConfiguration>()).Enabled)
        {
            // Outermost, so that what TLS adds is counted too.
            CountedConnection.Count(endpoint);
        }

        ConnectionTakeover.Offer(endpoint);
    });
}
