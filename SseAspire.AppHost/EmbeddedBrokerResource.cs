using System.Net.Sockets;

namespace SseAspire.AppHost;

/// <summary>The embedded broker as an Aspire resource: it runs in the AppHost's own process.</summary>
internal sealed class EmbeddedBrokerResource : Resource, IResourceWithConnectionString, IResourceWithEndpoints, IResourceWithWaitSupport
{
    // Not among the annotations: from those the orchestrator would make a service of its own on that port.
    private readonly EndpointAnnotation _endpoint = new(ProtocolType.Tcp, uriScheme: "redis", name: "tcp", isProxied: false);

    public EmbeddedBrokerResource(string name)
        : base(name) =>
        Endpoint = new EndpointReference(this, _endpoint);

    /// <summary>Where it listens.</summary>
    public EndpointReference Endpoint { get; }

    /// <inheritdoc />
    public ReferenceExpression ConnectionStringExpression =>
        ReferenceExpression.Create($"{Endpoint.Property(EndpointProperty.HostAndPort)}");

    /// <summary>Tells those who wait for the address that it listens.</summary>
    public void ListensOn(int port) => _endpoint.AllocatedEndpoint = new AllocatedEndpoint(_endpoint, "localhost", port);
}
