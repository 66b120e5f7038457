using System.Net;

namespace SseAspire.Api.Tests;

/// <summary>Pages of the origins on the list may read; those of others may not.</summary>
[Collection(nameof(SharedApi))]
public sealed class CorsTests(SharedApi shared)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Allowed => shared.AllowedOrigin.GetLeftPart(UriPartial.Authority);

    [Theory]
    [InlineData("/events?topic=cors")]
    [InlineData("/events/poll?topic=cors")]
    [InlineData("/stats")]
    [InlineData("/stats/stream")]
    // A page must also be able to read what was wrong.
    [InlineData("/events")]
    [InlineData("/nothing")]
    public async Task A_page_of_an_origin_on_the_list_may_read(string path)
    {
        using var answer = await AskAsync(HttpMethod.Get, path, Allowed);

        Assert.Equal([Allowed], answer.Headers.GetValues("Access-Control-Allow-Origin"));
        Assert.Contains("Origin", answer.Headers.Vary);
    }

    [Theory]
    [InlineData("http://evil.example")]
    [InlineData("http://127.0.0.1")]
    [InlineData("null")]
    [InlineData("http://also-allowed.example.evil.example")]
    public async Task A_page_of_another_origin_may_not_read(string origin)
    {
        using var answer = await AskAsync(HttpMethod.Get, "/events?topic=cors", origin);

        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task A_page_of_an_origin_on_the_list_may_resume_with_a_header_and_publish_with_a_key()
    {
        using var answer = await AskAsync(
            HttpMethod.Options, "/events", Allowed,
            ("Access-Control-Request-Method", "POST"),
            ("Access-Control-Request-Headers", "authorization,content-type,last-event-id"));

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal([Allowed], answer.Headers.GetValues("Access-Control-Allow-Origin"));
        Assert.Contains("POST", string.Join(',', answer.Headers.GetValues("Access-Control-Allow-Methods")), StringComparison.Ordinal);
        var headers = string.Join(',', answer.Headers.GetValues("Access-Control-Allow-Headers"));
        Assert.All(["authorization", "content-type", "last-event-id"], header => Assert.Contains(header, headers, StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("http://evil.example", "POST")]
    [InlineData(null, "DELETE")]
    public async Task A_preflight_for_another_origin_or_method_allows_nothing(string? origin, string method)
    {
        using var answer = await AskAsync(HttpMethod.Options, "/events", origin ?? Allowed, ("Access-Control-Request-Method", method));

        var allowed = answer.Headers.TryGetValues("Access-Control-Allow-Methods", out var methods) ? string.Join(',', methods) : "";
        Assert.True(
            !answer.Headers.Contains("Access-Control-Allow-Origin") || !allowed.Contains(method, StringComparison.Ordinal),
            $"{method} is allowed: {allowed}");
    }

    private async Task<HttpResponseMessage> AskAsync(HttpMethod method, string path, string origin, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Add("Origin", origin);
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return await shared.Api.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
    }
}
