using System.Net.Sockets;

namespace SseAspire.AppHost;

/// <summary>The embedded broker as an Aspire resource. It runs in the AppHost's process.</summary>
internal sealed class EmbeddedBrokerResource : Resource, IResourceWithConnectionString, IResourceWithEndpoints, IResourceWithWaitSupport
{
    // Not an annotation of the resource: the orchestrator would create a proxy of its own on that port.
    private readonly EndpointAnnotation _endpoint = new(ProtocolType.Tcp, uriScheme: "redis", name: "tcp", isProxied: false);

    public EmbeddedBrokerResource(string name)
        : base(name) =>
        Endpoint = new EndpointReference(this, _endpoint);

    /// <summary>The endpoint that it listens on.</summary>
    public EndpointReference Endpoint { get; }

    /// <inheritdoc />
    public ReferenceExpression ConnectionStringExpression =>
        ReferenceExpression.Create($"{Endpoint.Property(EndpointProperty.HostAndPort)}");

    /// <summary>Sets the address, which releases every resource that waits for it.</summary>
    public void ListensOn(int port) => _endpoint.AllocatedEndpoint = new AllocatedEndpoint(_endpoint, "localhost", port);
}
