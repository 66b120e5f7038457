using SseAspire.Testing;

namespace SseAspire.Web.Tests;

/// <summary>The front end behind a proxy that ends TLS.</summary>
public sealed class BehindProxyTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Told_by_a_trusted_proxy_it_knows_that_the_visitor_came_over_tls()
    {
        using var answer = await AskAsync(proxy: "127.0.0.1");

        Assert.True(answer.Headers.Contains("Strict-Transport-Security"));
        Assert.All(Cookies(answer), cookie => Assert.Contains("; secure", cookie, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Told_by_anybody_else_it_goes_by_what_it_sees()
    {
        using var answer = await AskAsync(proxy: "192.0.2.1");

        Assert.False(answer.Headers.Contains("Strict-Transport-Security"));
        Assert.All(Cookies(answer), cookie => Assert.DoesNotContain("; secure", cookie, StringComparison.Ordinal));
    }

    /// <summary>Those of the form and of the language; one that is only deleted says nothing.</summary>
    private static string[] Cookies(HttpResponseMessage answer)
    {
        string[] cookies = [.. answer.Headers.GetValues("Set-Cookie").Where(cookie => !cookie.Contains("=;", StringComparison.Ordinal))];
        Assert.Equal(2, cookies.Length);
        return cookies;
    }

    private static async Task<HttpResponseMessage> AskAsync(string proxy)
    {
        await using var web = await ServiceProcess.StartAsync(
            "SseAspire.Web", ("DOTNET_ENVIRONMENT", "Production"), ("ForwardedHeaders__KnownProxies__0", proxy));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/?lang=en");
        request.Headers.Host = "hub.example.com";
        request.Headers.Add("X-Forwarded-Proto", "https");
        return await web.Client.SendAsync(request, Cancellation);
    }
}
