using System.Net.Sockets;
using SseAspire.EmbeddedRedis;

namespace SseAspire.AppHost;

/// <summary>The embedded broker as an Aspire resource. It runs in the AppHost's process.</summary>
internal sealed class EmbeddedBrokerResource : Resource, IResourceWithConnectionString, IResourceWithEndpoints, IResourceWithWaitSupport
{
    // Not an annotation of the resource: the orchestrator would create a proxy of its own on that port.
    private readonly EndpointAnnotation _endpoint = new(ProtocolType.Tcp, uriScheme: "redis", name: "tcp", isProxied: false);

    private readonly string _password = EmbeddedRedisServer.CreatePassword();

    public EmbeddedBrokerResource(string name)
        : base(name)
    {
        Endpoint = new EndpointReference(this, _endpoint);
        Password = new ParameterResource($"{name}-password", _ => _password, secret: true);
    }

    /// <summary>The password, random for each start of the AppHost. Secret, so that it is masked wherever Aspire shows it.</summary>
    public ParameterResource Password { get; }

    /// <summary>The endpoint that it listens on.</summary>
    public EndpointReference Endpoint { get; }

    /// <inheritdoc />
    public ReferenceExpression ConnectionStringExpression =>
        ReferenceExpression.Create($"{Endpoint.Property(EndpointProperty.HostAndPort)},password={Password}");

    /// <summary>The server, once it is started.</summary>
    public EmbeddedRedisServer? Server { get; private set; }

    /// <summary>Starts the server and sets the address.</summary>
    public EmbeddedRedisServer Start()
    {
        Server = EmbeddedRedisServer.Start(password: _password);
        ListensOn(Server.Port);
        return Server;
    }

    /// <summary>Sets the address, which releases every resource that waits for it.</summary>
    public void ListensOn(int port) => _endpoint.AllocatedEndpoint = new AllocatedEndpoint(_endpoint, "localhost", port);
}
