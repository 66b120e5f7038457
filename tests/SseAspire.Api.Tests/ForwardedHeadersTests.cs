using System.Net;
using SseAspire.Testing;

namespace SseAspire.Api.Tests;

/// <summary>Whose word the API takes for a client's address, shown by its limit of streams of one address.</summary>
[Collection(nameof(SharedApi))]
public sealed class ForwardedHeadersTests(SharedApi shared)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ForwardedHeaders__KnownProxies__0", "127.0.0.1")]
    [InlineData("ForwardedHeaders__KnownNetworks__0", "127.0.0.0/8")]
    public async Task Behind_a_trusted_proxy_every_client_has_its_own_limit(string setting, string proxy)
    {
        await using var api = await StartAsync((setting, proxy));
        using var first = await OpenAsync(api, "198.51.100.1");
        using var second = await OpenAsync(api, "198.51.100.2");
        // What a client writes itself comes before what the proxy adds.
        using var forged = await OpenAsync(api, "203.0.113.9, 198.51.100.1");

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, forged.StatusCode);
    }

    [Fact]
    public async Task Behind_two_proxies_the_address_is_taken_that_the_outer_one_wrote()
    {
        await using var api = await StartAsync(
            ("ForwardedHeaders__KnownNetworks__0", "127.0.0.0/8"),
            ("ForwardedHeaders__KnownNetworks__1", "10.0.0.0/8"),
            ("ForwardedHeaders__ForwardLimit", "2"));
        using var first = await OpenAsync(api, "198.51.100.1, 10.1.1.1");
        using var second = await OpenAsync(api, "198.51.100.2, 10.1.1.1");
        using var forged = await OpenAsync(api, "203.0.113.9, 198.51.100.1, 10.1.1.1");

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, forged.StatusCode);
    }

    [Theory]
    [InlineData]
    [InlineData("ForwardedHeaders__KnownProxies__0", "192.0.2.1")]
    // What Aspire sets where it publishes, which alone trusts whoever connects.
    [InlineData("ForwardedHeaders__KnownProxies__0", "192.0.2.1", "ASPNETCORE_FORWARDEDHEADERS_ENABLED", "true")]
    public async Task A_client_that_is_no_trusted_proxy_cannot_change_its_address(params string[] settings)
    {
        await using var api = await StartAsync([.. settings.Chunk(2).Select(setting => (setting[0], setting[1]))]);
        using var first = await OpenAsync(api, "198.51.100.1");
        using var second = await OpenAsync(api, "198.51.100.2");

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, second.StatusCode);
    }

    [Theory]
    [InlineData("ForwardedHeaders__KnownProxies__0", "proxy.example", "ForwardedHeaders:KnownProxies")]
    [InlineData("ForwardedHeaders__KnownNetworks__0", "10.0.0.0/99", "ForwardedHeaders:KnownNetworks")]
    [InlineData("ForwardedHeaders__ForwardLimit", "0", "ForwardedHeaders:ForwardLimit")]
    public async Task A_wrong_setting_stops_the_api_with_a_line_that_names_it(string setting, string value, string name)
    {
        var stopped = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync((setting, value)));

        Assert.Contains(name, stopped.Message, StringComparison.Ordinal);
    }

    private Task<ServiceProcess> StartAsync(params (string Name, string Value)[] settings) =>
        shared.StartAnotherAsync([("Hub__MaxConnectionsPerAddress", "1"), .. settings]);

    /// <summary>Opens a stream as a proxy would for a client; it is open until the answer is disposed.</summary>
    private static async Task<HttpResponseMessage> OpenAsync(ServiceProcess api, string forwardedFor)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/events?topic=forwarded");
        request.Headers.Add("X-Forwarded-For", forwardedFor);
        return await api.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
    }
}
