using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace SseAspire.Producer.Tests;

/// <summary>
/// A feed as the USGS serves it: GeoJSON with <c>ETag</c> and <c>Last-Modified</c>, 304 to who has it
/// already; and the troubles that a server may have.
/// </summary>
internal sealed class FeedServer(TimeProvider time)
{
    private readonly Queue<Func<HttpResponse, Task>> _troubles = [];
    private object[] _features = [];
    private int _version;

    /// <summary>When each request came, by the given clock, and what it had of the feed already.</summary>
    public List<(DateTimeOffset At, string? IfNoneMatch, string? IfModifiedSince, int Status)> Requests { get; } = [];

    public static object Quake(
        string id, DateTimeOffset at, double? magnitude = 1.5, string? ids = null, string type = "earthquake", string status = "automatic") => new
        {
            type = "Feature",
            id,
            properties = new
            {
                mag = magnitude,
                place = $"near {id}",
                time = at.ToUnixTimeMilliseconds(),
                updated = at.ToUnixTimeMilliseconds(),
                url = $"https://example.org/{id}",
                ids = ids ?? $",{id},",
                type,
                status,
            },
            geometry = new { type = "Point", coordinates = new[] { -117.5, 35.25, 7.5 } },
        };

    /// <summary>What the feed says from now on.</summary>
    public void Publish(params object[] features)
    {
        lock (Requests)
        {
            (_features, _version) = (features, _version + 1);
        }
    }

    /// <summary>Answers the next request in this way instead.</summary>
    public void Fail(Func<HttpResponse, Task> trouble) => _troubles.Enqueue(trouble);

    /// <summary>Answers the next request with an error.</summary>
    public void Fail(int status, string? retryAfter = null) => Fail(response =>
    {
        response.StatusCode = status;
        if (retryAfter is not null)
        {
            response.Headers.RetryAfter = retryAfter;
        }

        return Task.CompletedTask;
    });

    public async Task AnswerAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        object[] features;
        string tag;
        Func<HttpResponse, Task>? trouble;
        lock (Requests)
        {
            (features, tag) = (_features, $"\"{_version.ToString(CultureInfo.InvariantCulture)}\"");
            _troubles.TryDequeue(out trouble);
        }

        if (trouble is not null)
        {
            Note(0);
            await trouble(response);
            return;
        }

        response.Headers.ETag = tag;
        response.Headers.LastModified = "Thu, 01 Jan 2026 00:00:00 GMT";
        if (request.Headers.IfNoneMatch == tag)
        {
            Note(response.StatusCode = StatusCodes.Status304NotModified);
            return;
        }

        Note(StatusCodes.Status200OK);
        await response.WriteAsync(JsonSerializer.Serialize(new { type = "FeatureCollection", features }));

        void Note(int status)
        {
            lock (Requests)
            {
                Requests.Add((time.GetUtcNow(), request.Headers.IfNoneMatch, request.Headers.IfModifiedSince, status));
            }
        }
    }
}
