using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using SseAspire.Producer.Sources;

namespace SseAspire.Producer.Tests;

public sealed class UsgsFeedTests
{
    // Seconds of the fast clock that a request may take on a busy machine.
    private const double Slack = 170;

    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_has_not_changed_is_not_sent_again()
    {
        await using var feed = await OpenedFeed.OpenAsync();
        feed.Server.Publish(FeedServer.Quake("ci1", Noon));

        Assert.Equal(["ci1"], (await feed.AskAsync())!.Select(quake => quake.Id));
        Assert.Empty((await feed.AskAsync())!);
        feed.Server.Publish(FeedServer.Quake("ci2", Noon));
        Assert.Equal(["ci2"], (await feed.AskAsync())!.Select(quake => quake.Id));

        Assert.Equal([200, 304, 200], feed.Server.Requests.Select(request => request.Status));
        Assert.Equal([null, "\"1\"", "\"1\""], feed.Server.Requests.Select(request => request.IfNoneMatch));
        Assert.Equal("Thu, 01 Jan 2026 00:00:00 GMT", feed.Server.Requests[1].IfModifiedSince);
        Assert.All(feed.Gaps, gap => Assert.InRange(gap, 60, 60 + Slack));
    }

    [Fact]
    public async Task A_failing_feed_is_asked_ever_more_seldom_until_it_answers()
    {
        await using var feed = await OpenedFeed.OpenAsync();
        feed.Server.Fail(500);
        feed.Server.Fail(502);
        feed.Server.Fail(response =>
        {
            response.HttpContext.Abort();
            return Task.CompletedTask;
        });
        feed.Server.Publish(FeedServer.Quake("ci1", Noon));

        for (var failure = 0; failure < 3; failure++)
        {
            Assert.Null(await feed.AskAsync());
        }

        Assert.Single((await feed.AskAsync())!);
        Assert.Empty((await feed.AskAsync())!);

        // The agreed interval, doubled after each failure, and up to a half more; then the interval again.
        Assert.InRange(feed.Gaps[0], 60, 90 + Slack);
        Assert.InRange(feed.Gaps[1], 120, 180 + Slack);
        Assert.InRange(feed.Gaps[2], 240, 360 + Slack);
        Assert.InRange(feed.Gaps[3], 60, 60 + Slack);
    }

    [Theory]
    [InlineData("1800")]
    [InlineData("date")]
    public async Task Retry_After_is_obeyed(string retryAfter)
    {
        await using var feed = await OpenedFeed.OpenAsync();
        var earliest = feed.Time.GetUtcNow().AddMinutes(30);
        feed.Server.Fail(503, retryAfter == "date" ? earliest.ToString("R", CultureInfo.InvariantCulture) : retryAfter);

        Assert.Null(await feed.AskAsync());
        Assert.NotNull(await feed.AskAsync());

        // The header has no fractions of a second.
        Assert.InRange(feed.Server.Requests[1].At, earliest.AddSeconds(-1), earliest.AddSeconds(Slack));
    }

    [Fact]
    public async Task A_page_that_is_no_feed_is_not_taken_for_the_known_state_of_the_feed()
    {
        await using var feed = await OpenedFeed.OpenAsync();
        feed.Server.Fail(response =>
        {
            response.Headers.ETag = "\"1\"";
            return response.WriteAsync("<html>Please log in to the network</html>");
        });
        feed.Server.Publish(FeedServer.Quake("ci1", Noon));

        Assert.Null(await feed.AskAsync());
        Assert.Single((await feed.AskAsync())!);
        Assert.Null(feed.Server.Requests[1].IfNoneMatch);
    }

    [Fact]
    public async Task Only_earthquakes_are_read_in_order_of_time()
    {
        await using var feed = await OpenedFeed.OpenAsync();
        feed.Server.Publish(
            FeedServer.Quake("late", Noon.AddMinutes(9), magnitude: null),
            FeedServer.Quake("blast", Noon, type: "quarry blast"),
            FeedServer.Quake("withdrawn", Noon, status: "deleted"),
            new { type = "Feature", id = "broken", properties = new { type = "earthquake", mag = 1 } },
            FeedServer.Quake("early", Noon, ids: ",early,us7,"));

        var quakes = await feed.AskAsync();

        Assert.Equal(["early", "late"], quakes!.Select(quake => quake.Id));
        Assert.Contains("us7", quakes![0].Ids);
        Assert.Null(quakes[1].Earthquake.Magnitude);
        Assert.Equal(
            new Earthquake
            {
                Magnitude = 1.5,
                Place = "near early",
                Longitude = -117.5,
                Latitude = 35.25,
                DepthKm = 7.5,
                OccurredAt = Noon.UtcDateTime,
                Url = "https://example.org/early",
            },
            quakes[0].Earthquake);
    }

    private sealed class OpenedFeed : IAsyncDisposable
    {
        private readonly Clock _clock = new(TimeSpan.FromSeconds(1));
        private readonly HttpClient _http = new();
        private LocalServer? _host;
        private UsgsFeed? _feed;

        private OpenedFeed() => Server = new FeedServer(_clock.Time);

        public FeedServer Server { get; }

        public TimeProvider Time => _clock.Time;

        /// <summary>Seconds from each request to the next.</summary>
        public double[] Gaps => [.. Server.Requests.Zip(Server.Requests.Skip(1), (a, b) => (b.At - a.At).TotalSeconds)];

        public static async Task<OpenedFeed> OpenAsync()
        {
            var feed = new OpenedFeed();
            feed._host = await LocalServer.StartAsync(feed.Server.AnswerAsync);
            var options = new EarthquakeSourceOptions { Feed = feed._host.Address, Interval = TimeSpan.FromMinutes(1) };
            feed._feed = new UsgsFeed(feed._http, options, feed._clock.Time, NullLogger.Instance);
            return feed;
        }

        public Task<IReadOnlyList<UsgsQuake>?> AskAsync() => _feed!.AskAsync(Cancelled);

        public async ValueTask DisposeAsync()
        {
            await _clock.DisposeAsync();
            _http.Dispose();
            await _host!.DisposeAsync();
        }
    }
}
