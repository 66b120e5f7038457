using System.Net;
using System.Text.RegularExpressions;
using CliWrap;
using SseAspire.Testing;

namespace SseAspire.Producer.Tests;

public sealed partial class ProducerProcessTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task A_producer_is_alive_always_and_healthy_while_Redis_answers()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        await using var redis = await RedisServer.LaunchAsync(RedisPersistence.EveryWrite, Cancelled);
        await using var log = await OpenedLog.OpenAsync(redis.ConnectionString);
        var address = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var stop = new CancellationTokenSource();
        var producer = Cli.Wrap("dotnet")
            .WithArguments(["SseAspire.Producer.dll", "--urls", "http://127.0.0.1:0"])
            .WithWorkingDirectory(AppContext.BaseDirectory)
            .WithEnvironmentVariables(environment => environment
                .Set("ConnectionStrings__broker", redis.ConnectionString)
                .Set("Log__Hub", log.Hub)
                .Set("Sources__Earthquakes__Feed", "http://127.0.0.1:1/")
                .Set("Sources__Earthquakes__ReplayPace", "00:00:00.1"))
            .WithStandardOutputPipe(PipeTarget.ToDelegate(line =>
            {
                if (Listening().Match(line) is { Success: true } match)
                {
                    address.TrySetResult(match.Groups[1].Value);
                }
            }))
            .ExecuteAsync(CancellationToken.None, stop.Token);
        try
        {
            using var http = new HttpClient { BaseAddress = new Uri(await address.Task.WaitAsync(Cancelled)) };
            Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/health", Cancelled)).StatusCode);
            var events = await log.ReadAllAsync(10);
            Assert.Contains(events, e => e is { Topics: ["status/host"], Type: "host" });
            Assert.Contains(events, e => e is { Topics: ["news/earthquakes"], Type: "earthquake" });

            await redis.KillAsync();
            await UntilAsync(async () => (await http.GetAsync("/health", Cancelled)).StatusCode == HttpStatusCode.ServiceUnavailable);
            Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/alive", Cancelled)).StatusCode);

            await redis.StartAsync(Cancelled);
            await UntilAsync(async () => (await http.GetAsync("/health", Cancelled)).StatusCode == HttpStatusCode.OK);
            await log.ReadAllAsync(events.Count + 10);
        }
        finally
        {
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await producer);
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        while (!await holds())
        {
            await Task.Delay(100, Cancelled);
        }
    }

    [GeneratedRegex("Now listening on: (http://[^ ]+)")]
    private static partial Regex Listening();
}
