using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using SseAspire.Broker;
using SseAspire.Producer.Sources;
using SseAspire.Testing;

namespace SseAspire.Producer.Tests;

public sealed class RelaySourceTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task However_often_upstream_is_cut_every_event_comes_once_and_in_order()
    {
        const int Count = 1_000;
        var random = new Random(1);
        var upstream = new UpstreamServer(Count, () => random.Next(200, 4_000));
        await using var server = await LocalServer.StartAsync(upstream.AnswerAsync);
        using var relay = Open(server.Address);

        var events = await relay.ReadAsync(Cancelled).Take(Count).ToListAsync(Cancelled);

        Assert.Equal(Enumerable.Range(0, Count).Select(number => $"{number}\nsecond line"), events.Select(Text));
        Assert.Equal(["even", "odd"], events.Take(2).Select(e => e.Type));
        Assert.All(events, e => Assert.Equal(["news/upstream"], e.Topics));
        // It was cut, and often: else nothing is proved.
        Assert.InRange(upstream.Resumes.Count, 20, 1_000);
    }

    [Fact(Timeout = 30_000)]
    public async Task Only_the_types_asked_for_are_relayed_and_the_others_are_not_asked_for_again()
    {
        var cuts = new Queue<int>([3_000, 3_000]);
        var upstream = new UpstreamServer(100, () => cuts.TryDequeue(out var cut) ? cut : int.MaxValue);
        await using var server = await LocalServer.StartAsync(upstream.AnswerAsync);
        using var relay = Open(server.Address, options => options.Types.Add("odd"));

        var events = await relay.ReadAsync(Cancelled).Take(50).ToListAsync(Cancelled);

        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"{(2 * i) + 1}\nsecond line"), events.Select(Text));
    }

    [Theory(Timeout = 60_000)]
    [InlineData("error")]
    [InlineData("open")]
    public async Task An_upstream_event_of_a_reserved_type_is_skipped_and_those_behind_it_are_published(string type)
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        await using var redis = await RedisServer.LaunchAsync(cancellationToken: Cancelled);
        await using var server = await LocalServer.StartAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync($"event: {type}\ndata: reserved\n\nevent: news\ndata: taken\n\n");
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.Delay(System.Threading.Timeout.Infinite, context.RequestAborted);
        });

        await using var log = await OpenedLog.OpenAsync(redis.ConnectionString);
        await using var producer = await ServiceProcess.StartAsync(
            "SseAspire.Producer",
            ("ConnectionStrings__broker", redis.ConnectionString), ("Log__Hub", log.Hub),
            ("Sources__Host__Enabled", "false"), ("Sources__Earthquakes__Enabled", "false"),
            ("Sources__Relay__Enabled", "true"), ("Sources__Relay__Url", server.Address.ToString()), ("Sources__Relay__Topic", "news/upstream"));

        Assert.Equal("taken", Text(Assert.Single(await log.ReadAllAsync(1))));
        Assert.Contains("An event of relay was refused: type is reserved: EventSource dispatches its own events under this name", producer.Output, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task Upstream_is_left_alone_as_long_as_it_asks_for()
    {
        await using var clock = new Clock(TimeSpan.FromMilliseconds(500));
        var requests = new List<DateTimeOffset>();
        await using var server = await LocalServer.StartAsync(async context =>
        {
            requests.Add(clock.Time.GetUtcNow());
            switch (requests.Count)
            {
                case 1:
                    context.Response.ContentType = "text/event-stream";
                    await context.Response.WriteAsync("retry: 7000\n\nid: 1\ndata: a\n\n");
                    break;
                case 2 or 3:
                    context.Response.StatusCode = 500;
                    break;
                case 4:
                    context.Response.StatusCode = 429;
                    context.Response.Headers.RetryAfter = "120";
                    break;
                default:
                    context.Response.ContentType = "text/event-stream";
                    await context.Response.WriteAsync("data: b\n\n");
                    break;
            }
        });
        using var relay = Open(server.Address, time: clock.Time);

        Assert.Equal(["a", "b"], await relay.ReadAsync(Cancelled).Take(2).Select(Text).ToListAsync(Cancelled));

        var gaps = requests.Zip(requests.Skip(1), (a, b) => (b - a).TotalSeconds).ToArray();
        // Each wait is at least what was asked for; that the last is upstream's and not its own shows its size.
        Assert.InRange(gaps[0], 7, 90);
        Assert.InRange(gaps[1], 14, 90);
        Assert.InRange(gaps[2], 28, 110);
        Assert.InRange(gaps[3], 120, 220);
    }

    [Fact(Timeout = 30_000)]
    public async Task An_upstream_that_says_no_content_is_not_asked_again()
    {
        await using var server = await LocalServer.StartAsync(context =>
        {
            context.Response.StatusCode = 204;
            return Task.CompletedTask;
        });
        using var relay = Open(server.Address);

        Assert.Empty(await relay.ReadAsync(Cancelled).ToListAsync(Cancelled));
    }

    [Fact(Timeout = 30_000)]
    public async Task An_upstream_that_died_without_a_word_counts_as_cut()
    {
        var resumes = new List<string?>();
        await using var server = await LocalServer.StartAsync(async context =>
        {
            resumes.Add(context.Request.Headers["Last-Event-ID"]);
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync($"retry: 1\nid: {resumes.Count}\ndata: {resumes.Count}\n\n");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });
        using var relay = Open(server.Address, options => options.SilenceLimit = TimeSpan.FromSeconds(1));

        Assert.Equal(["1", "2"], await relay.ReadAsync(Cancelled).Take(2).Select(Text).ToListAsync(Cancelled));
        Assert.Equal([null, "1"], resumes);
    }

    [Fact(Timeout = 60_000)]
    public async Task An_event_that_never_ends_fills_no_memory()
    {
        var requests = 0;
        await using var server = await LocalServer.StartAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            if (++requests > 1)
            {
                await context.Response.WriteAsync("data: next\n\n");
                return;
            }

            var endless = Encoding.UTF8.GetBytes(new string('x', 64 * 1024));
            await context.Response.WriteAsync("retry: 1\ndata: ");
            for (var sent = 0L; sent < 3L * RelaySource.MaxEventBytes; sent += endless.Length)
            {
                await context.Response.Body.WriteAsync(endless);
            }

            // A relay that is still reading waits here, until the test's time is over.
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });
        using var relay = Open(server.Address);

        Assert.Equal(["next"], await relay.ReadAsync(Cancelled).Take(1).Select(Text).ToListAsync(Cancelled));
    }

    private static string Text(Event e) => Encoding.UTF8.GetString(e.Data.Span);

    private static RelaySource Open(Uri upstream, Action<RelaySourceOptions>? configure = null, TimeProvider? time = null)
    {
        var options = new RelaySourceOptions { Enabled = true, Url = upstream, Topic = "news/upstream" };
        configure?.Invoke(options);
        return new RelaySource(Options.Create(options), time ?? TimeProvider.System, NullLogger<RelaySource>.Instance);
    }
}
