using System.Text.Json;

namespace SseAspire.Producer.Sources;

/// <summary>An earthquake in the feed of the USGS.</summary>
/// <param name="Id">The id that the USGS prefers now.</param>
/// <param name="Ids">All ids that networks have given it; the preferred one may change to another of them.</param>
/// <param name="Earthquake">What it was.</param>
internal sealed record UsgsQuake(string Id, IReadOnlyList<string> Ids, Earthquake Earthquake)
{
    /// <summary>Reads the earthquakes of a GeoJSON summary, in order of time.</summary>
    /// <exception cref="JsonException">It is not such a document.</exception>
    public static IReadOnlyList<UsgsQuake> ReadFeed(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        if (document.RootElement.ValueKind != JsonValueKind.Object
            || !document.RootElement.TryGetProperty("features", out var features)
            || features.ValueKind != JsonValueKind.Array)
        {
            throw new JsonException("The feed has no list of features.");
        }

        return [.. features.EnumerateArray().Select(Read).OfType<UsgsQuake>().OrderBy(quake => quake.Earthquake.OccurredAt)];
    }

    /// <summary>Null for what is no earthquake, was withdrawn, or lacks what makes it one.</summary>
    private static UsgsQuake? Read(JsonElement feature)
    {
        // One feature that is not as described must not hide the others of a whole hour.
        try
        {
            var properties = feature.GetProperty("properties");
            if (properties.GetProperty("type").GetString() is not "earthquake"
                || (properties.TryGetProperty("status", out var status) && status.GetString() is "deleted"))
            {
                return null;
            }

            var id = feature.GetProperty("id").GetString()!;
            var at = feature.GetProperty("geometry").GetProperty("coordinates");
            return new UsgsQuake(id, AllIds(id, properties), new Earthquake
            {
                Magnitude = Number(properties.GetProperty("mag")),
                Place = Text(properties, "place"),
                Longitude = at[0].GetDouble(),
                Latitude = at[1].GetDouble(),
                DepthKm = at.GetArrayLength() > 2 ? Number(at[2]) : null,
                OccurredAt = DateTimeOffset.FromUnixTimeMilliseconds(properties.GetProperty("time").GetInt64()).UtcDateTime,
                Url = Text(properties, "url"),
            });
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException
            or IndexOutOfRangeException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    /// <summary>The list is written ",ci37868143,us1000cdpa,".</summary>
    private static string[] AllIds(string id, JsonElement properties) =>
        [id, .. (Text(properties, "ids") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries)];

    private static double? Number(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    private static string? Text(JsonElement properties, string name) =>
        properties.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
