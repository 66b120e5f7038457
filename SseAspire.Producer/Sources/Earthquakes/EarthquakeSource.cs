using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.Options;
using SseAspire.Broker;

namespace SseAspire.Producer.Sources;

/// <summary>
/// The world's earthquakes as the USGS reports them, each one an event: topic <c>news/earthquakes</c>,
/// type <c>earthquake</c>, own id that of the USGS. While the feed cannot be had, a recording is
/// replayed, each of its events marked <c>recorded</c> and without an own id, since they come again.
/// </summary>
internal sealed partial class EarthquakeSource : IEventSource, IDisposable
{
    public const string Topic = "news/earthquakes";

    // A feed that was live and now fails is waited for; an old earthquake amid news would be puzzling.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly EarthquakeSourceOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<EarthquakeSource> _logger;
    private readonly HttpClient _http;
    private readonly UsgsFeed _feed;
    private readonly PublishedQuakes _published;
    private readonly EarthquakeRecording _recording;
    private long? _lastAnswer;
    private bool _replaying;

    public EarthquakeSource(IOptions<EarthquakeSourceOptions> options, EventLog log, TimeProvider time, ILogger<EarthquakeSource> logger)
    {
        (_options, _time, _logger) = (options.Value, time, logger);
        // Not from the factory: its clients repeat by themselves what fails, at a pace that is not polite.
        _http = new HttpClient(new SocketsHttpHandler
        {
            AutomaticDecompression = DecompressionMethods.All,
            PooledConnectionLifetime = TimeSpan.FromMinutes(15),
        })
        {
            Timeout = TimeSpan.FromSeconds(15),
            MaxResponseContentBufferSize = 32 * 1024 * 1024,
        };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("SseAspire/1.0");
        _feed = new UsgsFeed(_http, _options, time, logger);
        _published = new PublishedQuakes(log, time);
        _recording = new EarthquakeRecording(_options.ReplayPace);
    }

    public string Name => "earthquakes";

    public bool Enabled => _options.Enabled;

    public SourceKind Kind => SourceKind.Facts;

    public async IAsyncEnumerable<Event> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var answer = _feed.AskAsync(cancellationToken);
            while (_replaying && !await IsFirstAsync(answer, _recording.Pause, cancellationToken))
            {
                yield return Create(_recording.Next(), id: null);
            }

            var quakes = await answer;
            Note(answered: quakes is not null);
            if (quakes is null)
            {
                continue;
            }

            await _published.RecallAsync(quakes, cancellationToken);
            foreach (var quake in quakes)
            {
                if (_published.Add(quake))
                {
                    yield return Create(quake.Earthquake, quake.Id);
                }
            }

            _published.Forget();
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Waits for the answer, but not longer than the pause; whether the answer came.</summary>
    private async Task<bool> IsFirstAsync(Task answer, TimeSpan pause, CancellationToken cancellationToken)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(answer, Task.Delay(pause, _time, enough.Token));
        await enough.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        return answer.IsCompleted;
    }

    private void Note(bool answered)
    {
        if (answered)
        {
            _lastAnswer = _time.GetTimestamp();
        }

        var replay = !answered && (_lastAnswer is not { } last || _time.GetElapsedTime(last) > Patience);
        if (replay && !_replaying)
        {
            ReplayBegins(_options.Feed);
        }
        else if (answered && _replaying)
        {
            ReplayEnds(_options.Feed);
        }

        _replaying = replay;
    }

    private Event Create(Earthquake earthquake, string? id) => new()
    {
        Topics = [Topic],
        Type = "earthquake",
        Id = id,
        At = _time.GetUtcNow(),
        Data = JsonSerializer.SerializeToUtf8Bytes(earthquake, EarthquakeJson.Default.Earthquake),
    };

    [LoggerMessage(LogLevel.Warning, "{Feed} cannot be had; replaying recorded earthquakes until it can")]
    private partial void ReplayBegins(Uri feed);

    [LoggerMessage(LogLevel.Information, "{Feed} is live; the recording stops")]
    private partial void ReplayEnds(Uri feed);
}
