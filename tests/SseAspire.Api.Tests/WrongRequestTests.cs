using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SseAspire.Api.Tests;

/// <summary>
/// A wrong request is answered with what is wrong with it, and harms nobody. Sent over raw sockets, since an HTTP
/// client would mend or refuse most of them.
/// </summary>
public sealed class WrongRequestTests(WitnessedHub hub, ITestOutputHelper output) : IClassFixture<WitnessedHub>
{
    private const int Generated = 400;

    private static readonly Dictionary<string, WrongRequest> Known =
        ((IEnumerable<WrongRequest>)[.. WrongSubscriptions.All, .. WrongPublications.All, .. WrongHttp.All]).ToDictionary(wrong => wrong.Name);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> KnownNames => [.. Known.Keys];

    [Theory]
    [MemberData(nameof(KnownNames))]
    public async Task It_is_refused_with_its_field_and_nobody_else_notices(string name)
    {
        await AssertRefusedAsync(Known[name]);

        await hub.AssertUnharmedAsync();
    }

    [Theory]
    [InlineData(20261)]
    [InlineData(20262)]
    public async Task Wrong_requests_made_at_random_are_refused_with_their_field_and_nobody_else_notices(int seed)
    {
        var generator = new WrongRequestGenerator(seed);
        for (var i = 0; i < Generated; i++)
        {
            var wrong = generator.Next();
            try
            {
                await AssertRefusedAsync(wrong);
                await hub.AssertUnharmedAsync();
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Request {i} of seed {seed}:\n{Encoding.Latin1.GetString(wrong.Bytes)}", e);
            }
        }

        output.WriteLine($"{Generated} requests");
    }

    [Fact]
    public async Task A_body_that_ends_too_early_publishes_nothing()
    {
        foreach (var body in (string[])["topic=cut&data=x", """{"topic":"cut","data":"x"}""", """[{"topic":"cut","data":"x"}]"""])
        {
            var type = body[0] == 't' ? WrongRequest.Form : WrongRequest.Json;
            foreach (var framing in (string[])[$"Content-Length: {body.Length + 1}\r\n\r\n{body}", $"Transfer-Encoding: chunked\r\n\r\n{body.Length:x}\r\n{body}\r\n"])
            {
                var cut = WrongRequest.Raw("", $"POST /events HTTP/1.1\r\nHost: localhost\r\nContent-Type: {type}\r\n{framing}", "body", endsSending: true);

                // A client that has left is answered nothing.
                var answer = await RawHttp.AskAsync(hub.Address, cut.Bytes, cut.EndsSending, Cancellation);

                Assert.True(answer is null or { Status: 400 }, $"answered {answer?.Status}");
                await hub.AssertUnharmedAsync();
            }
        }
    }

    [Fact]
    public async Task Nonsense_behind_a_good_request_is_refused_and_the_good_one_answered()
    {
        using var connection = await RawHttp.ConnectAsync(hub.Address, Cancellation);

        await connection.SendAsync(Encoding.Latin1.GetBytes("GET /stats HTTP/1.1\r\nHost: localhost\r\n\r\n\u00ff\u00ffnonsense\r\n\r\n"), endsSending: false, Cancellation);

        Assert.Equal(200, (await connection.ReadAnswerAsync(Cancellation))!.Status);
        Assert.Equal(400, (await connection.ReadAnswerAsync(Cancellation))!.Status);
        Assert.Null(await connection.ReadLineAsync(Cancellation));
        await hub.AssertUnharmedAsync();
    }

    [Fact]
    public async Task Nonsense_behind_a_subscription_does_not_disturb_its_stream()
    {
        using var connection = await RawHttp.ConnectAsync(hub.Address, Cancellation);
        await connection.SendAsync(Encoding.Latin1.GetBytes("GET /events?topic=good/* HTTP/1.1\r\nHost: localhost\r\n\r\n"), endsSending: false, Cancellation);
        Assert.Equal(200, (await connection.ReadAnswerAsync(Cancellation))!.Status);

        // Less than the 4 KB after which a client that sends is disconnected.
        await connection.SendAsync(Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat("\u00ff\u00ffnonsense\r\n\r\n", 200))), endsSending: false, Cancellation);
        await hub.AssertUnharmedAsync();

        while (await connection.ReadLineAsync(Cancellation) is var line && !line!.StartsWith("data: ", StringComparison.Ordinal))
        {
        }

        await hub.AssertUnharmedAsync();
    }

    private async Task AssertRefusedAsync(WrongRequest wrong)
    {
        var answer = await RawHttp.AskAsync(hub.Address, wrong.Bytes, wrong.EndsSending, Cancellation);

        Assert.NotNull(answer);
        Assert.Equal(wrong.Status, answer.Status);
        Assert.InRange(answer.Status, 400, 499);
        if (wrong.Field is null)
        {
            return;
        }

        Assert.StartsWith("application/problem+json", answer.ContentType, StringComparison.Ordinal);
        var problem = JsonSerializer.Deserialize<JsonObject>(answer.Body)!;
        Assert.Equal(wrong.Status, (int)problem["status"]!);
        Assert.NotEmpty((string)problem["title"]!);
        var (field, reasons) = Assert.Single(problem["errors"]!.AsObject());
        Assert.Equal(wrong.Field, field);
        Assert.NotEmpty((string)Assert.Single(reasons!.AsArray())!);
    }
}
