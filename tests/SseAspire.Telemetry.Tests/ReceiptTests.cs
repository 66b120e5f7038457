using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using SseAspire.Testing;

namespace SseAspire.Telemetry.Tests;

/// <summary>What anybody may send as receipts, and what not.</summary>
public sealed class ReceiptTests(ReceiptTests.SomeApi some) : IClassFixture<ReceiptTests.SomeApi>
{
    private const string One = """{"id":"1-1","at":1}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> WrongBodies => new()
    {
        { "", "body" },
        { "{", "body" },
        { "[]", "body" },
        { "null", "body" },
        { $$"""{"transport":"sse","clock":0,"clock":1,"receipts":[{{One}}]}""", "body" },
        { $$$"""{"transport":"sse","clock":0,"receipts":[{"id":"\ud800","at":1}]}""", "body" },
        { $$"""{"transport":"sse","clock":0,"receipts":[{{One}}],"more":1}""", "more" },
        { $$"""{"clock":0,"receipts":[{{One}}]}""", "transport" },
        { $$"""{"transport":"news/earthquakes","clock":0,"receipts":[{{One}}]}""", "transport" },
        { $$"""{"transport":1,"clock":0,"receipts":[{{One}}]}""", "transport" },
        { $$"""{"transport":"sse","receipts":[{{One}}]}""", "clock" },
        { $$"""{"transport":"sse","clock":"0","receipts":[{{One}}]}""", "clock" },
        { $$"""{"transport":"sse","clock":1e999,"receipts":[{{One}}]}""", "clock" },
        { """{"transport":"sse","clock":0}""", "receipts" },
        { """{"transport":"sse","clock":0,"receipts":{}}""", "receipts" },
        { """{"transport":"sse","clock":0,"receipts":[]}""", "receipts" },
        { $$"""{"transport":"sse","clock":0,"receipts":[{{string.Join(',', Enumerable.Repeat(One, 101))}}]}""", "receipts" },
        { $$"""{"transport":"sse","clock":0,"receipts":[{{One}},1]}""", "receipts[1]" },
        { """{"transport":"sse","clock":0,"receipts":[{"at":1}]}""", "receipts[0].id" },
        { """{"transport":"sse","clock":0,"receipts":[{"id":"","at":1}]}""", "receipts[0].id" },
        { $$"""{"transport":"sse","clock":0,"receipts":[{"id":"{{new string('1', 257)}}","at":1}]}""", "receipts[0].id" },
        { """{"transport":"sse","clock":0,"receipts":[{"id":"1-1"}]}""", "receipts[0].at" },
        { """{"transport":"sse","clock":0,"receipts":[{"id":"1-1","at":"now"}]}""", "receipts[0].at" },
        { """{"transport":"sse","clock":0,"receipts":[{"id":"1-1","at":1,"topic":"t"}]}""", "receipts[0].topic" },
    };

    [Theory]
    [MemberData(nameof(WrongBodies))]
    public async Task A_wrong_body_is_refused_with_the_field_that_is_wrong(string body, string field)
    {
        using var answer = await SendAsync(body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(field, await FieldOfAsync(answer));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_that_is_too_large_is_refused(bool chunked)
    {
        using var answer = await SendAsync(new string(' ', 16 * 1024 + 1), chunked: chunked);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Equal("body", await FieldOfAsync(answer));
    }

    [Fact]
    public async Task A_body_of_another_kind_is_refused()
    {
        using var answer = await SendAsync("receipts=1", "application/x-www-form-urlencoded");

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
        Assert.Equal("Content-Type", await FieldOfAsync(answer));
    }

    [Theory]
    [InlineData("text/plain;charset=UTF-8")]
    [InlineData("application/json")]
    public async Task A_page_that_is_left_may_send_them(string type)
    {
        using var answer = await SendAsync($$"""{"transport":"sse","clock":-0.5,"receipts":[{{One}},{"id":"an id of a publisher's own","at":1e300}]}""", type);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    [Fact]
    public async Task The_clock_tells_the_time_and_is_not_kept()
    {
        var before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        using var answer = await some.Api.Client.GetAsync("/events/clock", Cancellation);
        var after = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() + 1;

        Assert.True(answer.Headers.CacheControl!.NoStore);
        Assert.InRange((double)JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancellation))!["now"]!, before, after);
    }

    [Fact]
    public async Task Who_sends_too_many_is_told_to_wait_and_nobody_is_harmed()
    {
        await using var api = await some.StartAnotherAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 400).Select(async _ =>
        {
            using var answer = await SendAsync("{}", api: api);
            return (answer.StatusCode, answer.Headers.RetryAfter?.Delta, answer.Content.Headers.ContentType?.MediaType);
        }));

        Assert.Contains(answers, answer => answer.StatusCode == HttpStatusCode.BadRequest);
        Assert.All(
            answers.Where(answer => answer.StatusCode != HttpStatusCode.BadRequest),
            answer => Assert.Equal((HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(1), "application/problem+json"), answer));
        Assert.Contains(answers, answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
        await ObservedSystem.PublishAsync(api, "notifications", ["still here"]);
    }

    private async Task<HttpResponseMessage> SendAsync(
        string body, string type = "text/plain", bool chunked = false, ServiceProcess? api = null)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/events/receipts") { Content = content };
        request.Headers.TransferEncodingChunked = chunked ? true : null;
        return await (api ?? some.Api).Client.SendAsync(request, Cancellation);
    }

    private static async Task<string> FieldOfAsync(HttpResponseMessage answer) =>
        Assert.Single(JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancellation))!["errors"]!.AsObject()).Key;

    /// <summary>An API that tells nobody anything.</summary>
    public sealed class SomeApi : IAsyncLifetime
    {
        private readonly EmbeddedBroker _broker = new();

        internal ServiceProcess Api { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            await _broker.InitializeAsync();
            Api = await StartAnotherAsync();
        }

        internal Task<ServiceProcess> StartAnotherAsync() => ServiceProcess.StartApiAsync(_broker.ConnectionString);

        public async ValueTask DisposeAsync()
        {
            await Api.DisposeAsync();
            await _broker.DisposeAsync();
        }
    }
}
