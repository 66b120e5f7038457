using System.Net;
using SseAspire.Testing;

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

    [Fact]
    public async Task A_page_of_an_origin_on_the_list_may_send_what_clients_of_event_streams_send()
    {
        string[] headers = ["authorization", "baggage", "cache-control", "content-type", "last-event-id", "traceparent", "tracestate", "x-requested-with"];
        using var answer = await AskAsync(
            HttpMethod.Options, "/events", Allowed,
            ("Access-Control-Request-Method", "GET"), ("Access-Control-Request-Headers", string.Join(',', headers)));

        Assert.Equal([Allowed], answer.Headers.GetValues("Access-Control-Allow-Origin"));
        Assert.Equal(headers, ListOf(answer, "Access-Control-Allow-Headers").Select(header => header.ToLowerInvariant()).Order(StringComparer.Ordinal));
        Assert.InRange(int.Parse(Assert.Single(ListOf(answer, "Access-Control-Max-Age")), System.Globalization.CultureInfo.InvariantCulture), 600, 7_200);
    }

    [Fact]
    public async Task A_page_may_read_when_to_try_again()
    {
        await using var api = await shared.StartAnotherAsync(("Cors__Origins__0", Allowed), ("Hub__MaxConnections", "1"));
        using var stream = await AskAsync(api, HttpMethod.Get, "/events?topic=cors", Allowed);

        using var refused = await AskAsync(api, HttpMethod.Get, "/events?topic=cors", Allowed);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.True(refused.Headers.Contains("Retry-After"));
        Assert.Equal(["Retry-After"], ListOf(refused, "Access-Control-Expose-Headers"));
        Assert.Equal([Allowed], refused.Headers.GetValues("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Credentials_and_further_headers_are_allowed_only_where_they_are_set(bool isSet)
    {
        await using var api = await shared.StartAnotherAsync(
            [("Cors__Origins__0", Allowed), .. isSet ? [("Cors__Credentials", "true"), ("Cors__Headers__0", "X-Tenant")] : ((string, string)[])[]]);

        using var answer = await AskAsync(
            api, HttpMethod.Options, "/events", Allowed,
            ("Access-Control-Request-Method", "GET"), ("Access-Control-Request-Headers", "last-event-id,x-tenant"));

        Assert.Equal(isSet, answer.Headers.Contains("Access-Control-Allow-Credentials"));
        Assert.Equal(isSet, ListOf(answer, "Access-Control-Allow-Headers").Contains("x-tenant", StringComparer.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("Cors__Credentials", "true")]
    [InlineData("Cors__Headers__0", "X-Tenant")]
    public async Task Credentials_and_further_headers_for_any_origin_stop_the_api_with_a_line_that_names_the_setting(string setting, string value)
    {
        foreach (var second in (string[])["", "http://also-allowed.example"])
        {
            (string, string)[] origins = second.Length > 0 ? [("Cors__Origins__0", second), ("Cors__Origins__1", "*")] : [("Cors__Origins__0", "*")];

            var stopped = await Assert.ThrowsAsync<InvalidOperationException>(() => shared.StartAnotherAsync([.. origins, (setting, value)]));

            Assert.Contains("Wrong setting: Cors:Origins", stopped.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("*")]
    [InlineData("X Tenant")]
    public async Task A_header_that_is_none_stops_the_api_with_a_line_that_names_the_setting(string header)
    {
        var stopped = await Assert.ThrowsAsync<InvalidOperationException>(
            () => shared.StartAnotherAsync(("Cors__Origins__0", Allowed), ("Cors__Headers__0", header)));

        Assert.Contains("Wrong setting: Cors:Headers", stopped.Message, StringComparison.Ordinal);
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

    private static IEnumerable<string> ListOf(HttpResponseMessage answer, string header) =>
        answer.Headers.TryGetValues(header, out var values)
            ? values.SelectMany(value => value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            : [];

    private Task<HttpResponseMessage> AskAsync(HttpMethod method, string path, string origin, params (string Name, string Value)[] headers) =>
        AskAsync(shared.Api, method, path, origin, headers);

    private static async Task<HttpResponseMessage> AskAsync(
        ServiceProcess api, HttpMethod method, string path, string origin, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Add("Origin", origin);
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return await api.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
    }
}
