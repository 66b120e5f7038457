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

    [Fact]
    public async Task The_addresses_of_an_IPv6_network_of_64_bits_are_one_client()
    {
        await using var api = await StartAsync(("ForwardedHeaders__KnownProxies__0", "127.0.0.1"));
        using var first = await OpenAsync(api, "2001:db8:1:2::1");
        using var sameNetwork = await OpenAsync(api, "2001:db8:1:2:ffff:ffff:ffff:ffff");
        using var otherNetwork = await OpenAsync(api, "2001:db8:1:3::1");
        using var ipv4 = await OpenAsync(api, "198.51.100.1");
        using var mapped = await OpenAsync(api, "::ffff:198.51.100.1");
        using var otherMapped = await OpenAsync(api, "::ffff:198.51.100.2");

        Assert.Equal(
            [HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK],
            new[] { first, sameNetwork, otherNetwork, ipv4, mapped, otherMapped }.Select(answer => answer.StatusCode));

        // Given back under the same network.
        first.Dispose();
        for (var isFree = false; !isFree; await Task.Delay(50, Cancellation))
        {
            using var next = await OpenAsync(api, "2001:db8:1:2::3");
            isFree = next.IsSuccessStatusCode;
        }
    }

    [Fact]
    public async Task Selections_are_limited_for_an_IPv6_network_of_64_bits()
    {
        await using var api = await shared.StartAnotherAsync(
            ("Hub__MaxSelectionsPerAddress", "1"), ("ForwardedHeaders__KnownProxies__0", "127.0.0.1"));
        using var first = await OpenAsync(api, "2001:db8::1");
        using var second = await OpenAsync(api, "2001:db8::2", topic: "another");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable), (first.StatusCode, second.StatusCode));
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
    private static async Task<HttpResponseMessage> OpenAsync(ServiceProcess api, string forwardedFor, string topic = "forwarded")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/events?topic={topic}");
        request.Headers.Add("X-Forwarded-For", forwardedFor);
        return await api.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
    }
}
