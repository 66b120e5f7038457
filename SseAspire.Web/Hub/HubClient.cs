using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace SseAspire.Web.Hub;

/// <summary>
/// The API as the front end's own process uses it: the latest events for a page's first paint, publishing
/// and cutting streams on a visitor's behalf, and what the lab measures. Browsers read the stream from the API
/// themselves.
/// </summary>
internal sealed class HubClient(HttpClient http, IOptions<HubKeys> keys, TimeProvider time, ILogger<HubClient> logger)
{
    /// <summary>A page is better shown without its events than late.</summary>
    private static readonly TimeSpan PollTimeout = TimeSpan.FromSeconds(1.5);

    /// <summary>Characters of data in an answer that may have ended at the API's bound of about 2 MB, and not for lack of events.</summary>
    private const int LargeAnswer = 400_000;

    /// <summary>Longer than the API tries to append to its log, so that its own answer is what is seen.</summary>
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(8);

    /// <summary>Longer than the API waits for its replicas; a visitor waits for it.</summary>
    private static readonly TimeSpan AnnounceTimeout = TimeSpan.FromSeconds(2.5);

    /// <summary>The newest events of a topic, oldest first.</summary>
    /// <exception cref="HubUnavailableException">The API is away.</exception>
    public async Task<IReadOnlyList<HubEvent>> LatestAsync(string topic, int count, CancellationToken cancellationToken)
    {
        var events = new List<HubEvent>();
        for (var start = $"history={count}"; ;)
        {
            var path = $"/events/poll?topic={Uri.EscapeDataString(topic)}&{start}&limit={count}";
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            var page = await ReadAsync<EventsAnswer>(request, PollTimeout, cancellationToken);
            events.AddRange(page.Events);
            // An answer of large events ends before the newest of them.
            if (events.Count >= count || page.Events.Sum(one => (long)one.Data.Length) < LargeAnswer)
            {
                return events.Count > count ? events[^count..] : events;
            }

            start = $"after={Uri.EscapeDataString(page.Next)}";
        }
    }

    /// <summary>Publishes an event and returns once the log has it.</summary>
    /// <exception cref="HubUnavailableException">The API is away or its log is, or it refuses the key.</exception>
    public async Task PublishAsync(string topic, string type, string data, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/events")
        {
            Content = new FormUrlEncodedContent([new("topic", topic), new("type", type), new("data", data)]),
        };
        Authorize(request, keys.Value.Publishing);
        using var response = await SendAsync(request, CommandTimeout, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw Unavailable(request, $"it answered {(int)response.StatusCode}");
        }
    }

    /// <summary>Publishes events in order, all or none, and returns once the log has them.</summary>
    /// <returns>The last one's id.</returns>
    /// <exception cref="HubUnavailableException">
    /// The API is away or its log is, or it refuses the key. Where it only did not answer, the log may have them.
    /// </exception>
    public async Task<string> PublishAsync(IEnumerable<Publication> batch, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/events") { Content = JsonContent.Create(batch) };
        Authorize(request, keys.Value.Publishing);
        return (await ReadAsync<PublishAnswer>(request, CommandTimeout, cancellationToken)).Ids[^1];
    }

    /// <summary>Publishes what a visitor wrote, and returns once the log has it or the API has told what is wrong with it.</summary>
    /// <param name="fields">Under the API's names.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="HubUnavailableException">The API is away or its log is, or it refuses the key.</exception>
    public async Task<VisitorPublication> PublishAsync(IEnumerable<KeyValuePair<string, string>> fields, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/events") { Content = new FormUrlEncodedContent(fields) };
        Authorize(request, keys.Value.Publishing);
        using var response = await SendAsync(request, CommandTimeout, cancellationToken);
        return response.StatusCode is HttpStatusCode.Created or HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge
            ? await ReadBodyAsync<VisitorPublication>(request, response, cancellationToken)
            : throw Unavailable(request, $"it answered {(int)response.StatusCode}");
    }

    /// <summary>Events of a topic after a cursor, or without one where the topic stands now.</summary>
    /// <exception cref="HubUnavailableException">The API is away.</exception>
    public async Task<EventsAnswer> ReadAfterAsync(string topic, string? cursor, CancellationToken cancellationToken)
    {
        var after = cursor is null ? "" : $"&after={Uri.EscapeDataString(cursor)}";
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/events/poll?topic={Uri.EscapeDataString(topic)}&limit=1000{after}");
        return await ReadAsync<EventsAnswer>(request, CommandTimeout, cancellationToken);
    }

    /// <summary>What the hub is doing now.</summary>
    /// <exception cref="HubUnavailableException">The API is away.</exception>
    public async Task<HubFigures> ReadFiguresAsync(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/stats");
        return await ReadAsync<HubFigures>(request, PollTimeout, cancellationToken);
    }

    /// <summary>
    /// What was counted of the requests under some names, over all replicas. Null where operations are switched off
    /// or not allowed.
    /// </summary>
    /// <exception cref="HubUnavailableException">The API is away.</exception>
    public async Task<MetersAnswer?> ReadMetersAsync(IEnumerable<string> meters, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/operations/meters?{MetersQuery(meters)}");
        Authorize(request, keys.Value.Operations);
        using var response = await SendAsync(request, CommandTimeout, cancellationToken);
        return IsNotAllowed(response) ? null : await ReadAsync<MetersAnswer>(request, response, cancellationToken);
    }

    /// <summary>
    /// Has every replica of the API count the requests that will carry these meters. False where operations are switched
    /// off or not allowed.
    /// </summary>
    /// <exception cref="HubUnavailableException">The API is away.</exception>
    public Task<bool> AnnounceAsync(IEnumerable<string> meters, CancellationToken cancellationToken) =>
        OperateAsync($"/operations/meters?{MetersQuery(meters)}", cancellationToken, AnnounceTimeout);

    /// <summary>Cuts every stream of the hub. False where operations are switched off or not allowed.</summary>
    /// <exception cref="HubUnavailableException">The API is away.</exception>
    public Task<bool> DropAsync(CancellationToken cancellationToken) => OperateAsync("/operations/drop", cancellationToken);

    /// <summary>
    /// Takes the network from the readers of these meters for so long: what is open is aborted at once, what they
    /// open meanwhile on arrival. False where operations are switched off or not allowed.
    /// </summary>
    /// <exception cref="HubUnavailableException">The API is away.</exception>
    public Task<bool> CutAsync(IEnumerable<string> meters, int seconds, CancellationToken cancellationToken) =>
        OperateAsync($"/operations/cut?{MetersQuery(meters)}&seconds={seconds}", cancellationToken);

    /// <summary>Has the API restart itself. False where operations are switched off or not allowed.</summary>
    /// <exception cref="HubUnavailableException">The API is away.</exception>
    public Task<bool> RestartAsync(CancellationToken cancellationToken) => OperateAsync("/operations/restart", cancellationToken);

    private async Task<bool> OperateAsync(string path, CancellationToken cancellationToken, TimeSpan? timeout = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        Authorize(request, keys.Value.Operations);
        using var response = await SendAsync(request, timeout ?? CommandTimeout, cancellationToken);
        if (IsNotAllowed(response))
        {
            return false;
        }

        return response.IsSuccessStatusCode
            ? true
            : throw Unavailable(request, $"it answered {(int)response.StatusCode}");
    }

    private static string MetersQuery(IEnumerable<string> meters) =>
        string.Join('&', meters.Select(meter => $"meter={Uri.EscapeDataString(meter)}"));

    private static bool IsNotAllowed(HttpResponseMessage response) =>
        response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized;

    private async Task<T> ReadAsync<T>(HttpRequestMessage request, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(request, timeout, cancellationToken);
        return await ReadAsync<T>(request, response, cancellationToken);
    }

    private async Task<T> ReadAsync<T>(HttpRequestMessage request, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (!response.IsSuccessStatusCode)
        {
            throw Unavailable(request, $"it answered {(int)response.StatusCode}");
        }

        return await ReadBodyAsync<T>(request, response, cancellationToken);
    }

    private async Task<T> ReadBodyAsync<T>(HttpRequestMessage request, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return await response.Content.ReadFromJsonAsync<T>(cancellationToken) ?? throw new JsonException("It is null.");
        }
        catch (Exception exception) when (exception is JsonException or HttpRequestException or IOException)
        {
            throw Unavailable(request, "its answer could not be read", exception);
        }
    }

    private static void Authorize(HttpRequestMessage request, string? key)
    {
        if (key is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }
    }

    private HubUnavailableException Unavailable(HttpRequestMessage request, string reason, Exception? cause = null)
    {
        // The cause in a line: while the API is away every visit says so, and a stack trace says no more.
        HubLog.HubUnavailable(logger, request.Method.Method, request.RequestUri!.AbsolutePath, cause is null ? reason : $"{reason}: {cause.Message}");
        return new HubUnavailableException(reason, cause);
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await http.SendAsync(request, either.Token);
        }
        // A connection that is reset while it is being made shows as a SocketException, wrapped by nobody.
        catch (Exception exception) when (exception is HttpRequestException or SocketException)
        {
            throw Unavailable(request, "it could not be reached", exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unavailable(request, "it did not answer in time", exception);
        }
    }
}
