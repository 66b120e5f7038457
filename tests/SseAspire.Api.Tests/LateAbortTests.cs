using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using SseAspire.Api.Hub;

namespace SseAspire.Api.Tests;

/// <summary>
/// Drop, drain and the clock abort streams that they have listed before. A stream may end meanwhile, and Kestrel uses
/// the objects of its request for the next one of the same HTTP/2 connection.
/// </summary>
public sealed class LateAbortTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_abort_that_comes_after_its_stream_has_ended_leaves_the_next_streams_of_the_connection_alone(bool byClock)
    {
        // Without the clock: the test is it.
        await using var app = await HubApp.StartAsync(HttpProtocols.Http2, builder =>
            builder.Services.Remove(builder.Services.Single(service => service.ImplementationType == typeof(HubClock))));
        var hub = app.Hub;
        using var client = new HttpClient { BaseAddress = app.Address };
        var ended = new List<Subscription>();

        for (var round = 0; round < 20; round++)
        {
            using var answer = await OpenAsync(client);
            answer.EnsureSuccessStatusCode();
            using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(Cancellation));
            var subscription = hub.Subscriptions.Single();

            foreach (var late in ended)
            {
                if (byClock)
                {
                    // As after a write that has hung for too long.
                    late.Tick(DateTime.MaxValue.Ticks / 2, new HubOptions());
                }
                else
                {
                    late.Cut();
                }
            }

            app.Publish("late", $"{round}");
            string? line;
            do
            {
                line = await lines.ReadLineAsync(Cancellation);
                Assert.NotNull(line);
            }
            while (line != $"data: {round}");

            // In an orderly way, after which the server uses the request's objects again.
            subscription.Close(CloseReason.Lifetime);
            await lines.ReadToEndAsync(Cancellation);
            ended.Add(subscription);
        }
    }

    private static async Task<HttpResponseMessage> OpenAsync(HttpClient client)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/events?topic=late")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
    }
}
