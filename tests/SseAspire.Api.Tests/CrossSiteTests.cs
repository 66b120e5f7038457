using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using SseAspire.Testing;

namespace SseAspire.Api.Tests;

/// <summary>
/// In Development, without a key: what a web page can do that a developer opens beside the hub, by a request that the
/// browser sends without asking (no preflight), or under a name that it makes resolve to this machine (DNS rebinding).
/// </summary>
[Collection(nameof(SharedApi))]
public sealed class CrossSiteTests(SharedApi shared)
{
    private readonly string _topic = $"cross-site-{Guid.NewGuid():N}";

    public static MatrixTheoryData<string, string> ForeignRequests { get; } = new(
        ["/events", "/operations/drop", "/operations/drain", "/operations/cut?meter=a", "/operations/restart", "GET /operations/meters?meter=a"],
        [
            "Origin: http://evil.example", "Origin: null", "Origin: http://127.0.0.1", "Origin: https://127.0.0.1:1",
            "Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site",
        ]);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(ForeignRequests))]
    public async Task A_page_of_another_origin_publishes_and_operates_nothing(string path, string header)
    {
        await using var reader = await OpenStream.OpenAsync(shared.Api.Address, $"topic={_topic}");

        using var answer = await SendAsync(path, header);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = await answer.Content.ReadFromJsonAsync<JsonNode>(Cancellation);
        Assert.Equal("Origin", Assert.Single(problem!["errors"]!.AsObject()).Key);
        var title = (string)problem["title"]!;
        Assert.Contains(path == "/events" ? "Publishing:Key" : "Operations:Key", title, StringComparison.Ordinal);
        Assert.Contains("Cors:Origins", title, StringComparison.Ordinal);
        using var allowed = await SendAsync("/events", null, "allowed");
        Assert.Equal("allowed", (await reader.NextAsync()).Data);
    }

    [Fact]
    public async Task Pages_of_the_origins_on_the_list_and_of_the_api_itself_may_and_so_may_programs()
    {
        string?[] headers =
        [
            null, "Sec-Fetch-Site: none", "Sec-Fetch-Site: same-origin", "Origin: http://also-allowed.example",
            $"Origin: {shared.AllowedOrigin.GetLeftPart(UriPartial.Authority)}", $"Origin: {shared.Api.Address.GetLeftPart(UriPartial.Authority)}",
        ];
        foreach (var header in headers)
        {
            using var answer = await SendAsync("/events", header);
            Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        }
    }

    [Theory]
    [InlineData("SseAspire.Api")]
    [InlineData("SseAspire.Web")]
    [InlineData("SseAspire.Producer")]
    public async Task A_name_that_is_not_of_this_machine_is_not_answered_in_Development(string part)
    {
        await using var service = await StartAsync(part);

        Assert.Equal(HttpStatusCode.BadRequest, await StatusForAsync(service, "evil.example"));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusForAsync(service, $"evil.example:{service.Address.Port}"));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusForAsync(service, "localhost.evil.example"));
        foreach (var host in (string[])["localhost", "web.dev.localhost", "api.localhost", "127.0.0.1", "[::1]"])
        {
            Assert.Equal(HttpStatusCode.OK, await StatusForAsync(service, $"{host}:{service.Address.Port}"));
        }
    }

    [Fact]
    public async Task A_page_whose_name_was_made_to_resolve_to_this_machine_opens_no_WebSocket()
    {
        using var answer = await HandshakeAsync(shared.Api, "evil.example", "http://evil.example");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task In_Production_the_hosts_are_those_that_are_set()
    {
        await using var api = await shared.StartAnotherAsync(
            ("DOTNET_ENVIRONMENT", "Production"), ("Publishing__Key", "a"), ("Operations__Key", "b"), ("AllowedHosts", "hub.example;127.0.0.1"));

        Assert.Equal(HttpStatusCode.OK, await StatusForAsync(api, "hub.example"));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusForAsync(api, "evil.example"));
        using var rebound = await HandshakeAsync(api, "evil.example", "http://evil.example");
        Assert.Equal(HttpStatusCode.BadRequest, rebound.StatusCode);
        using var foreign = await HandshakeAsync(api, "hub.example", "http://evil.example");
        Assert.Equal(HttpStatusCode.Forbidden, foreign.StatusCode);
        using var own = await HandshakeAsync(api, "hub.example", "https://hub.example");
        Assert.Equal(HttpStatusCode.SwitchingProtocols, own.StatusCode);
    }

    [Fact]
    public async Task Every_page_may_open_a_WebSocket_and_publish_where_every_origin_is_on_the_list()
    {
        await using var api = await shared.StartAnotherAsync(("Cors__Origins__0", "*"));

        using var answer = await HandshakeAsync(api, api.Address.Authority, "http://any.example");
        Assert.Equal(HttpStatusCode.SwitchingProtocols, answer.StatusCode);
        using var published = await SendAsync("/events", "Origin: http://any.example", to: api);
        Assert.Equal(HttpStatusCode.Created, published.StatusCode);
    }

    private Task<ServiceProcess> StartAsync(string part) =>
        ServiceProcess.StartAsync(
            part,
            ("ConnectionStrings__broker", shared.Broker),
            ("Log__Hub", _topic),
            ("Sources__Earthquakes__Enabled", "false"),
            ("services__api__http__0", shared.Api.Address.ToString()));

    private async Task<HttpResponseMessage> SendAsync(string path, string? header, string data = "foreign", ServiceProcess? to = null)
    {
        var isGet = path.StartsWith("GET ", StringComparison.Ordinal);
        using var request = new HttpRequestMessage(isGet ? HttpMethod.Get : HttpMethod.Post, isGet ? path[4..] : path);
        if (path == "/events")
        {
            // A type that needs no preflight.
            request.Content = new FormUrlEncodedContent([new("topic", _topic), new("data", data)]);
        }

        if (header?.Split(": ") is [var name, var value])
        {
            request.Headers.Add(name, value);
        }

        return await (to ?? shared.Api).Client.SendAsync(request, Cancellation);
    }

    private static async Task<HttpStatusCode> StatusForAsync(ServiceProcess service, string host)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/alive") { Headers = { Host = host } };
        using var answer = await service.Client.SendAsync(request, Cancellation);
        return answer.StatusCode;
    }

    private static async Task<HttpResponseMessage> HandshakeAsync(ServiceProcess api, string host, string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/events/websocket?topic=a")
        {
            Headers =
            {
                { "Connection", "Upgrade" }, { "Upgrade", "websocket" }, { "Sec-WebSocket-Version", "13" },
                { "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==" }, { "Origin", origin },
            },
        };
        request.Headers.Host = host;
        return await api.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
    }
}
