namespace SseAspire.Web.Tests;

/// <summary>The Host header and the path are the client's to choose: no link of a page is made of them.</summary>
public sealed class HostHeaderTests(SiteFixture fixture) : IClassFixture<SiteFixture>
{
    [Theory]
    [InlineData("/")]
    [InlineData("/compare")]
    [InlineData("/recover")]
    [InlineData("/console")]
    [InlineData("/learn")]
    [InlineData("/hub")]
    [InlineData("/no/such/page")]
    [InlineData("//evil.localhost/no/such/page")]
    public async Task No_link_of_a_page_leads_to_the_host_of_the_request(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"{fixture.Site.Web.Address.GetLeftPart(UriPartial.Authority)}{path}?lang=en"));
        request.Headers.Host = "evil.localhost";

        using var answer = await fixture.Site.Web.Client.SendAsync(request, TestContext.Current.CancellationToken);

        var html = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("hreflang=\"ru\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("evil.localhost", html, StringComparison.Ordinal);
        Assert.DoesNotContain("evil.localhost", $"{answer.Headers}{answer.Content.Headers}", StringComparison.Ordinal);
    }
}
