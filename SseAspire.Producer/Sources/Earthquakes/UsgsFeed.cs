using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace SseAspire.Producer.Sources;

/// <summary>
/// The feed of the USGS, asked politely: not sooner than agreed, with what is known already
/// (<c>If-None-Match</c>, <c>If-Modified-Since</c>; RFC 9110, section 13), and ever more seldom while it
/// fails, or as seldom as it asks for by <c>Retry-After</c>.
/// </summary>
internal sealed partial class UsgsFeed(HttpClient http, EarthquakeSourceOptions options, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(15);

    private readonly Backoff _backoff = new(options.Interval, LongestWait > options.Interval ? LongestWait : options.Interval);
    private TimeSpan _wait = TimeSpan.Zero;
    private EntityTagHeaderValue? _tag;
    private DateTimeOffset? _modified;

    /// <summary>
    /// Waits until it is time, asks, and returns the earthquakes of the feed in order of time; none where
    /// it has not changed, null where it could not be had.
    /// </summary>
    public async Task<IReadOnlyList<UsgsQuake>?> AskAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(_wait, time, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, options.Feed);
            request.Headers.IfModifiedSince = _modified;
            if (_tag is not null)
            {
                request.Headers.IfNoneMatch.Add(_tag);
            }

            using var response = await http.SendAsync(request, cancellationToken);
            if (response.StatusCode == HttpStatusCode.NotModified)
            {
                Succeeded();
                return [];
            }

            if (response.StatusCode != HttpStatusCode.OK)
            {
                Failed($"it answered {(int)response.StatusCode}", RetryAfter.Of(response, time));
                return null;
            }

            var quakes = UsgsQuake.ReadFeed(await response.Content.ReadAsByteArrayAsync(cancellationToken));
            // Only now: a tag of something unreadable would have it answered by 304 for ever.
            (_tag, _modified) = (response.Headers.ETag, response.Content.Headers.LastModified);
            Succeeded();
            return quakes;
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or IOException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            Failed(e.Message, TimeSpan.Zero);
            return null;
        }
    }

    private void Succeeded()
    {
        _backoff.Reset();
        _wait = options.Interval;
    }

    private void Failed(string reason, TimeSpan retryAfter)
    {
        var wait = _backoff.Next();
        _wait = retryAfter > wait ? retryAfter : wait;
        FeedFailed(options.Feed, _wait, reason);
    }

    [LoggerMessage(LogLevel.Warning, "{Feed} could not be read; asking again in {Wait}: {Reason}")]
    private partial void FeedFailed(Uri feed, TimeSpan wait, string reason);
}
