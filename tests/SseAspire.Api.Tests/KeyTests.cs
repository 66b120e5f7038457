using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using SseAspire.Testing;

namespace SseAspire.Api.Tests;

/// <summary>Who publishes or operates shows the key that is set; outside Development there must be one.</summary>
public sealed class KeyTests(KeyTests.LockedApi locked) : IClassFixture<KeyTests.LockedApi>
{
    private const string PublishingKey = "publishing-key-Ж";
    private const string OperationsKey = "operations-key";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static MatrixTheoryData<string, string?> WrongKeys { get; } = new(
        ["/events", "/operations/drop", "/operations/drain", "/operations/cut?meter=a", "/operations/meters?meter=a", "/operations/restart"],
        [
            null, "", "Bearer", "Bearer ", "Bearer wrong", $"Bearer {OperationsKey}x", "Basic b3BlcmF0aW9ucy1rZXk=", OperationsKey, "Bearer null",
            $"Bearer {OperationsKey} {OperationsKey}", $"Bearer {OperationsKey}, Bearer {OperationsKey}", "Bearer " + "x".PadLeft(10_000, 'x'), $"bearer={OperationsKey}",
        ]);

    [Theory]
    [MemberData(nameof(WrongKeys))]
    public async Task Without_the_right_key_nothing_is_published_and_nothing_cut(string path, string? authorization)
    {
        await using var reader = await OpenStream.OpenAsync(locked.Api.Address, "topic=keys");

        using var answer = await PostAsync(path, authorization);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.Single().Scheme);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = await answer.Content.ReadFromJsonAsync<JsonNode>(Cancellation);
        Assert.Equal("Authorization", Assert.Single(problem!["errors"]!.AsObject()).Key);
        using var right = await PostAsync("/events", $"Bearer {PublishingKey}", "right");
        Assert.Equal(HttpStatusCode.Created, right.StatusCode);
        Assert.Equal("right", (await reader.NextAsync()).Data);
    }

    [Fact]
    public async Task One_key_does_not_open_what_the_other_is_for()
    {
        using var published = await PostAsync("/events", $"Bearer {OperationsKey}");
        using var dropped = await PostAsync("/operations/drop", $"Bearer {PublishingKey}");

        Assert.Equal(HttpStatusCode.Unauthorized, published.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, dropped.StatusCode);
    }

    [Fact]
    public async Task With_the_key_a_page_of_another_origin_may_publish()
    {
        // The browser asks first (preflight), since the header is not one that it sends by itself.
        using var request = new HttpRequestMessage(HttpMethod.Post, "/events")
        {
            Headers = { { "Origin", "http://evil.example" } },
            Content = new FormUrlEncodedContent([new("topic", "keys"), new("data", "a")]),
        };
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {PublishingKey}");

        using var answer = await locked.Client.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    [Fact]
    public async Task With_the_right_key_streams_are_cut()
    {
        await using var reader = await OpenStream.OpenAsync(locked.Api.Address, "topic=keys");

        using var answer = await PostAsync("/operations/drop", $"bearer {OperationsKey}");

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        await reader.Ended;
    }

    [Theory]
    [InlineData("Publishing__Key", null, null)]
    [InlineData("Operations__Key", "Publishing__Key", "secret")]
    public async Task Outside_development_the_api_does_not_start_without_a_key_and_says_which(string missing, string? name, string? value)
    {
        (string, string)[] settings = [("DOTNET_ENVIRONMENT", "Production"), .. name is null ? [] : new[] { (name, value!) }];

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => ServiceProcess.StartApiAsync(locked.Broker.ConnectionString, settings));

        Assert.Contains(missing, refused.Message, StringComparison.Ordinal);
        Assert.Contains(missing.Replace("__", ":", StringComparison.Ordinal), refused.Message, StringComparison.Ordinal);
    }

    private async Task<HttpResponseMessage> PostAsync(string path, string? authorization, string data = "wrong")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = path == "/events" ? new FormUrlEncodedContent([new("topic", "keys"), new("data", data)]) : null,
        };
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        return await locked.Client.SendAsync(request, Cancellation);
    }

    /// <summary>An API as it runs outside Development, with both keys.</summary>
    public sealed class LockedApi : IAsyncLifetime
    {
        private ServiceProcess? _api;

        internal ServiceProcess Api => _api!;

        internal EmbeddedBroker Broker { get; } = new();

        /// <summary>A client that sends a key as UTF-8, which HTTP clients do not do by themselves.</summary>
        internal HttpClient Client { get; } = new(new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => System.Text.Encoding.UTF8 });

        public async ValueTask InitializeAsync()
        {
            await Broker.InitializeAsync();
            _api = await ServiceProcess.StartApiAsync(
                Broker.ConnectionString,
                SharedApi.Patience,
                ("DOTNET_ENVIRONMENT", "Production"), ("Publishing__Key", PublishingKey), ("Operations__Key", OperationsKey));
            Client.BaseAddress = _api.Address;
        }

        public async ValueTask DisposeAsync()
        {
            Client.Dispose();
            if (_api is not null)
            {
                await _api.DisposeAsync();
            }

            await Broker.DisposeAsync();
        }
    }
}
