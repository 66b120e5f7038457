using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using SseAspire.Testing;

namespace SseAspire.Api.Tests.Proxies;

/// <summary>What readers of the API have through a proxy that is set as <c>docs/proxies.md</c> says.</summary>
public abstract class ProxyContract(SharedApi shared) : IDisposable
{
    private readonly string _topic = $"proxied-{Guid.NewGuid():N}";
    private readonly List<IDisposable> _clients = [];

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private protected SelfSignedCertificate Certificate { get; } = new();

    private protected SharedApi Shared => shared;

    /// <summary>Starts the proxy before an API, in the documented way.</summary>
    /// <param name="api">The API's host and port.</param>
    /// <param name="timeout">Instead of the documented timeout of a silent stream.</param>
    private protected abstract Task<IProxy> StartProxyAsync(string api, TimeSpan? timeout = null);

    public static TheoryData<string> Versions => ["1.1", "2.0"];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Headers_come_at_once_and_each_event_when_it_is_published(string version)
    {
        await using var proxy = await StartProxyAsync(shared.Api.Address.Authority);
        // Nothing is published yet: a proxy that waits for some of the body would not let this pass.
        await using var stream = await ProxiedStream.OpenAsync(Client(proxy), _topic, Version.Parse(version));

        Assert.Equal(Version.Parse(version), stream.Version);
        for (var i = 0; i < 3; i++)
        {
            await PublishAsync(shared.Api, $"event {i}");
            Assert.Equal($"event {i}", await stream.NextAsync());
        }
    }

    [Fact]
    public async Task A_websocket_is_let_through()
    {
        await using var proxy = await StartProxyAsync(shared.Api.Address.Authority);
        using var socket = new ClientWebSocket();
        socket.Options.RemoteCertificateValidationCallback = Certificate.IsTrusted;
        // A page of the API's own: it is known as such by the host that the proxy passes on.
        socket.Options.SetRequestHeader("Origin", proxy.Address.GetLeftPart(UriPartial.Authority));
        await socket.ConnectAsync(
            new UriBuilder(proxy.Address) { Scheme = "wss", Path = "/events/websocket", Query = $"topic={_topic}" }.Uri, Cancellation);

        await PublishAsync(shared.Api, "over a WebSocket");

        JsonNode message;
        do
        {
            message = await ReceiveAsync(socket);
        }
        while (message["next"] is not null);
        Assert.Equal("over a WebSocket", (string?)message["data"]);
    }

    [Fact]
    public async Task A_long_poll_is_answered_when_something_is_published()
    {
        await using var proxy = await StartProxyAsync(shared.Api.Address.Authority);
        var client = Client(proxy);
        var now = (string?)(await client.GetFromJsonAsync<JsonNode>($"/events/poll?topic={_topic}", Cancellation))!["next"];

        var held = client.GetFromJsonAsync<JsonNode>($"/events/long-poll?topic={_topic}&after={now}&wait=60", Cancellation);
        await PublishAsync(shared.Api, "held");

        Assert.Equal("held", (string?)Assert.Single((await held)!["events"]!.AsArray())!["data"]);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_reader_that_leaves_is_noticed_by_the_api(string version)
    {
        await using var proxy = await StartProxyAsync(shared.Api.Address.Authority);
        var client = Client(proxy);
        await using (await ProxiedStream.OpenAsync(client, _topic, Version.Parse(version)))
        {
            await WaitForReadersAsync(1);
        }

        await WaitForReadersAsync(0);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task An_api_that_is_gone_is_noticed_by_its_readers(string version)
    {
        await using var api = await shared.StartAnotherAsync();
        await using var proxy = await StartProxyAsync(api.Address.Authority);
        await using var stream = await ProxiedStream.OpenAsync(Client(proxy), _topic, Version.Parse(version));

        await api.KillAsync();

        await stream.EndAsync();
    }

    [Fact]
    public async Task Clients_are_told_apart_by_the_address_that_the_proxy_saw()
    {
        await using var api = await shared.StartAnotherAsync(
            ("ForwardedHeaders__KnownProxies__0", "127.0.0.1"), ("Hub__MaxConnectionsPerAddress", "1"));
        await using var proxy = await StartProxyAsync(api.Address.Authority);
        await using var first = await ProxiedStream.OpenAsync(Client(proxy), _topic);
        await using var second = await ProxiedStream.OpenAsync(Client(proxy, from: "127.0.0.2"), _topic);

        using var request = new HttpRequestMessage(HttpMethod.Get, $"/events?topic={_topic}");
        request.Headers.Add("X-Forwarded-For", "198.51.100.1");
        using var forged = await Client(proxy, from: "127.0.0.2").SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, forged.StatusCode);
    }

    [Fact]
    public async Task The_api_knows_the_address_that_the_world_sees()
    {
        await using var api = await shared.StartAnotherAsync(("ForwardedHeaders__KnownProxies__0", "127.0.0.1"));
        await using var proxy = await StartProxyAsync(api.Address.Authority);

        // Without a key only pages of the API's own origin may publish.
        Assert.Equal(HttpStatusCode.Created, await PublishFromPageAsync(proxy, proxy.Address.GetLeftPart(UriPartial.Authority)));
        Assert.Equal(HttpStatusCode.Forbidden, await PublishFromPageAsync(proxy, api.Address.GetLeftPart(UriPartial.Authority)));
    }

    private async Task<HttpStatusCode> PublishFromPageAsync(IProxy proxy, string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/events")
        {
            Content = new FormUrlEncodedContent([new("topic", "proxied"), new("data", "x")]),
            Headers = { { "Origin", origin } },
        };
        using var answer = await Client(proxy).SendAsync(request, Cancellation);
        return answer.StatusCode;
    }

    public void Dispose()
    {
        _clients.ForEach(client => client.Dispose());
        Certificate.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A client of the proxy, from an address of this machine.</summary>
    private protected HttpClient Client(IProxy proxy, string from = "127.0.0.1")
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellation) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
                await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        handler.SslOptions.RemoteCertificateValidationCallback = Certificate.IsTrusted;
        var client = new HttpClient(handler) { BaseAddress = proxy.Address, Timeout = Timeout.InfiniteTimeSpan };
        _clients.Add(client);
        return client;
    }

    private protected async Task PublishAsync(ServiceProcess api, string data)
    {
        using var form = new FormUrlEncodedContent([new("topic", _topic), new("data", data)]);
        using var answer = await api.Client.PostAsync("/events", form, Cancellation);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Opens a stream of the test's topic through the proxy.</summary>
    private protected Task<ProxiedStream> OpenAsync(IProxy proxy) => ProxiedStream.OpenAsync(Client(proxy), _topic);

    private static async Task<JsonNode> ReceiveAsync(ClientWebSocket socket)
    {
        var buffer = new byte[64 * 1024];
        var received = await socket.ReceiveAsync(buffer, Cancellation);
        Assert.True(received.EndOfMessage);
        return JsonNode.Parse(Encoding.UTF8.GetString(buffer, 0, received.Count))!;
    }

    private async Task WaitForReadersAsync(int count)
    {
        while (await CountAsync() != count)
        {
            await Task.Delay(50, Cancellation);
        }

        async Task<int> CountAsync() =>
            (int?)(await shared.Api.Client.GetFromJsonAsync<JsonNode>("/stats", Cancellation))!["connections"]!["byTopic"]![_topic] ?? 0;
    }
}
