using System.Net;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using SseAspire.Broker;

namespace SseAspire.Producer.Sources;

/// <summary>
/// Another server's stream of Server-Sent Events, published under a topic of ours. It is read as the HTML
/// standard (section 9.2) has a browser read it: resumed by <c>Last-Event-ID</c>, reconnecting after the
/// time that <c>retry</c> asks for, and never again after 204.
/// </summary>
/// <remarks>
/// The upstream's ids are for resuming upstream only. Our readers get ids of the log: theirs may be long,
/// or not unique, or look like ours.
/// </remarks>
internal sealed partial class RelaySource : IEventSource, IDisposable
{
    /// <summary>The largest event relayed, in bytes as upstream sends it.</summary>
    internal const int MaxEventBytes = 4 * 1024 * 1024;

    // What a browser does where the server does not say; the standard: "in the region of a few seconds".
    private static readonly TimeSpan DefaultRetry = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(5);

    private readonly RelaySourceOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<RelaySource> _logger;
    private readonly HttpClient _http;
    private readonly Backoff _backoff = new(DefaultRetry, LongestRetry);
    private string _lastEventId = "";

    public RelaySource(IOptions<RelaySourceOptions> options, TimeProvider time, ILogger<RelaySource> logger)
    {
        (_options, _time, _logger) = (options.Value, time, logger);
        // Not from the factory: its clients repeat by themselves what fails, and give up what takes long.
        _http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(15) })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("SseAspire/1.0");
    }

    public string Name => "relay";

    public bool Enabled => _options.Enabled;

    public SourceKind Kind => SourceKind.Facts;

    public async IAsyncEnumerable<Event> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var connection = await ConnectAsync(cancellationToken);
            if (connection.Ended)
            {
                yield break;
            }

            if (connection.Body is { } body)
            {
                await using (body)
                {
                    await foreach (var item in ReadAsync(body, cancellationToken))
                    {
                        if (_options.Types.Count == 0 || _options.Types.Contains(item.EventType))
                        {
                            yield return new Event
                            {
                                Topics = [_options.Topic],
                                Type = item.EventType == SseParser.EventTypeDefault ? null : item.EventType,
                                At = _time.GetUtcNow(),
                                Data = item.Data,
                            };
                        }

                        // Only when the event has been taken. The parser's own LastEventId will not do: it
                        // runs ahead to the id of an event that the cut left unfinished, which would be lost.
                        _lastEventId = item.EventId ?? _lastEventId;
                        _backoff.Reset();
                    }
                }
            }

            var retry = _backoff.Next();
            var wait = connection.RetryAfter > retry ? connection.RetryAfter : retry;
            Reconnecting(_options.Url!, wait, _lastEventId);
            await Task.Delay(wait, _time, cancellationToken);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<Connection> ConnectAsync(CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(_options.SilenceLimit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, _options.Url);
            request.Headers.Accept.ParseAdd("text/event-stream");
            request.Headers.CacheControl = new() { NoStore = true };
            if (_lastEventId.Length > 0)
            {
                request.Headers.TryAddWithoutValidation("Last-Event-ID", _lastEventId);
            }

            var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (response.StatusCode == HttpStatusCode.OK
                && response.Content.Headers.ContentType?.MediaType is "text/event-stream")
            {
                Connected(_options.Url!, _lastEventId);
                var body = await response.Content.ReadAsStreamAsync(cancellationToken);
                return new Connection(new UpstreamBody(body, _options.SilenceLimit, MaxEventBytes, _time));
            }

            using (response)
            {
                Refused(_options.Url!, (int)response.StatusCode, response.Content.Headers.ContentType?.MediaType);
                return new Connection(Ended: response.StatusCode == HttpStatusCode.NoContent, RetryAfter: Sources.RetryAfter.Of(response, _time));
            }
        }
        catch (Exception e) when (IsCut(e, cancellationToken))
        {
            Cut(_options.Url!, e.Message);
            return new Connection();
        }
    }

    /// <summary>Reads events until the stream ends or is cut.</summary>
    private async IAsyncEnumerable<SseItem<byte[]>> ReadAsync(
        UpstreamBody body, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var parser = SseParser.Create(body, static (_, data) => data.ToArray());
        await using var items = parser.EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            try
            {
                if (!await items.MoveNextAsync())
                {
                    yield break;
                }
            }
            catch (Exception e) when (IsCut(e, cancellationToken))
            {
                Cut(_options.Url!, e.Message);
                yield break;
            }
            finally
            {
                // `retry` counts even where no event follows it.
                if (parser.ReconnectionInterval > TimeSpan.Zero)
                {
                    _backoff.First = parser.ReconnectionInterval;
                }
            }

            body.EventEnded();
            yield return items.Current;
        }
    }

    private static bool IsCut(Exception e, CancellationToken cancellationToken) =>
        e is HttpRequestException or IOException
        || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    [LoggerMessage(LogLevel.Information, "Relaying {Upstream} after '{LastEventId}'")]
    private partial void Connected(Uri upstream, string lastEventId);

    [LoggerMessage(LogLevel.Warning, "{Upstream} answered {Status} of type {MediaType}, which is no stream of events")]
    private partial void Refused(Uri upstream, int status, string? mediaType);

    [LoggerMessage(LogLevel.Warning, "{Upstream} was cut: {Reason}")]
    private partial void Cut(Uri upstream, string reason);

    [LoggerMessage(LogLevel.Information, "Connecting to {Upstream} again in {Wait}, to go on after '{LastEventId}'")]
    private partial void Reconnecting(Uri upstream, TimeSpan wait, string lastEventId);

    /// <param name="Body">The stream, where there is one.</param>
    /// <param name="Ended">Whether upstream says that there will be none again.</param>
    /// <param name="RetryAfter">How long upstream asks to be left alone.</param>
    private readonly record struct Connection(UpstreamBody? Body = null, bool Ended = false, TimeSpan RetryAfter = default);
}
