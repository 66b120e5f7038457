using System.Text.Json;
using SseAspire.Web.Hub;

namespace SseAspire.Web.Live;

/// <summary>An event of the page with its data read.</summary>
internal sealed record Shown<T>(HubEvent Event, T Data);

/// <summary>
/// What the server renders before any script runs: the newest events of the three kinds, newest first, their texts
/// shortened.
/// </summary>
/// <param name="HubAway">The API did not answer: the lists are empty because nobody knows.</param>
internal sealed record LatestEvents(
    bool HubAway,
    Shown<HostStatus>? Status,
    IReadOnlyList<Shown<Earthquake>> News,
    IReadOnlyList<Shown<Notification>> Notifications)
{
    /// <summary>How many of each list are shown, here and by the page's script.</summary>
    public const int ListLength = 20;

    /// <summary>Nothing known.</summary>
    public static readonly LatestEvents None = new(true, null, [], []);

    /// <summary>Asks the hub for all three at once.</summary>
    public static async Task<LatestEvents> ReadAsync(HubClient hub, CancellationToken cancellationToken)
    {
        try
        {
            var status = hub.LatestAsync(Topics.Status, 1, cancellationToken);
            var news = hub.LatestAsync(Topics.News, ListLength, cancellationToken);
            var notifications = hub.LatestAsync(Topics.Notifications, ListLength, cancellationToken);
            await Task.WhenAll(status, news, notifications);
            return new LatestEvents(
                false,
                Read(await status, data => ReadJson<HostStatus>(data)?.Shortened()).FirstOrDefault(),
                Read(await news, data => ReadJson<Earthquake>(data)?.Shortened()),
                Read(await notifications, data => Notification.Read(data).Shortened()));
        }
        catch (HubUnavailableException)
        {
            return None;
        }
    }

    private static List<Shown<T>> Read<T>(IReadOnlyList<HubEvent> events, Func<string, T?> read)
        where T : class
    {
        var shown = new List<Shown<T>>(events.Count);
        for (var i = events.Count - 1; i >= 0; i--)
        {
            if (read(events[i].Data) is { } data)
            {
                shown.Add(new Shown<T>(events[i], data));
            }
        }

        return shown;
    }

    /// <summary>Null for what is not such JSON: anybody with the key may publish anything there.</summary>
    private static T? ReadJson<T>(string data)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(data, JsonSerializerOptions.Web);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
