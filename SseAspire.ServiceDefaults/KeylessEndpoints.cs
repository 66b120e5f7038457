using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace SseAspire.ServiceDefaults;

/// <summary>
/// Refuses the start of a service that has endpoints without the key they could ask for and listens on more than this
/// machine's loopback address: anybody in the network could publish and operate.
/// </summary>
internal sealed class KeylessEndpoints(IServer server, EndpointDataSource endpoints) : IHostedLifecycleService
{
    /// <exception cref="OptionsValidationException">It is so. The message names the setting and the address.</exception>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        // Only now known, whichever setting or code they come from.
        var reachable = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault(address => !IsLoopback(address));
        var keyless = endpoints.Endpoints
            .Select(endpoint => endpoint.Metadata.GetMetadata<Keyless>())
            .FirstOrDefault(known => known is not null);
        if (reachable is null || keyless is null)
        {
            return Task.CompletedTask;
        }

        var variable = keyless.Setting.Replace(":", "__", StringComparison.Ordinal);
        throw new OptionsValidationException(
            keyless.Setting,
            typeof(KeylessEndpoints),
            [$"{keyless.Setting} is not set, but the service listens on {reachable}, which others can reach. Set {variable} to a secret, or listen on a loopback address (ASPNETCORE_URLS=http://localhost:8081)."]);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // Kestrel listens on every address for a name that it does not know, such as + or *.
    private static bool IsLoopback(string address)
    {
        var bound = BindingAddress.Parse(address);
        return bound.IsUnixPipe
            || bound.IsNamedPipe
            || bound.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || bound.Host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(bound.Host, out var ip) && IPAddress.IsLoopback(ip));
    }
}

/// <summary>An endpoint that asks for no key, since none is set.</summary>
/// <param name="Setting">The setting that would give it one.</param>
internal sealed record Keyless(string Setting);
