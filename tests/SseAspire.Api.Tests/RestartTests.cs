using System.Net.Http.Json;
using System.Text.Json.Nodes;
using SseAspire.Testing;

namespace SseAspire.Api.Tests;

/// <summary><c>POST /operations/restart</c>: the API begins anew in its process, and no reader loses anything by it.</summary>
public sealed class RestartTests(EmbeddedBroker broker) : IClassFixture<EmbeddedBroker>
{
    private const string Topic = "restarted";
    private const int Events = 1_500;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 180_000)]
    public async Task Readers_of_an_api_that_begins_anew_get_every_event_once_and_it_still_ends_when_asked()
    {
        await using var api = await ServiceProcess.StartApiAsync(broker.ConnectionString, SharedApi.Patience, ("Hub__DrainTime", "00:00:00.500"));
        using var staying = new CutReader(Topic, seed: 1, cuts: 0, meanBytes: 1, [api]);
        using var cut = new CutReader(Topic, seed: 2, cuts: 10, meanBytes: 5_000, [api]);
        var reading = Task.WhenAll(
            staying.RunAsync(reader => reader.Numbers.Count >= Events, Cancellation),
            cut.RunAsync(reader => reader.Numbers.Count >= Events, Cancellation));
        while (!staying.HasStarted || !cut.HasStarted)
        {
            await Task.Delay(20, Cancellation);
        }

        var process = api.Process.Id;
        var publishing = new NumberedPublisher(Topic, () => api).RunAsync(Events, rate: 500, Cancellation);
        for (var restarts = 1; restarts <= 2; restarts++)
        {
            await Task.Delay(500, Cancellation);
            await using var socket = await EventSocket.OpenAsync(api.Address, $"topic={Topic}/nothing");

            using var answer = await api.Client.PostAsync("/operations/restart", null, Cancellation);

            Assert.Equal(System.Net.HttpStatusCode.Accepted, answer.StatusCode);
            Assert.Equal(1, (int)(await answer.Content.ReadFromJsonAsync<JsonNode>(Cancellation))!["replicas"]!);
            await socket.EndAsync();
            Assert.Equal(1012, socket.CloseCode);
            await api.RestartedAsync(restarts, Cancellation);
        }

        await publishing;
        await reading;
        Assert.All([staying, cut], reader =>
        {
            Assert.Equal(Enumerable.Range(0, Events), reader.Numbers);
            Assert.Empty(reader.Gaps);
        });
        Assert.Equal(process, api.Process.Id);
        Assert.DoesNotContain(
            api.Output.Split('\n'),
            line => line.StartsWith("fail:", StringComparison.Ordinal));
        Assert.Equal(0, await api.StopAsync(TimeSpan.FromSeconds(30)));
    }
}
