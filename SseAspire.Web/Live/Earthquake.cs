namespace SseAspire.Web.Live;

/// <summary>An earthquake of the news; what its source does not say is null.</summary>
/// <param name="Magnitude">As the source gives it.</param>
/// <param name="Place">In words.</param>
/// <param name="Longitude">Degrees, east is positive.</param>
/// <param name="Latitude">Degrees, north is positive.</param>
/// <param name="DepthKm">Kilometres below the surface.</param>
/// <param name="OccurredAt">When the ground shook.</param>
/// <param name="Url">The source's own page about it.</param>
/// <param name="Recorded">From the recording that stands in where there is no network.</param>
internal sealed record Earthquake(
    double? Magnitude,
    string? Place,
    double? Longitude,
    double? Latitude,
    double? DepthKm,
    DateTimeOffset? OccurredAt,
    string? Url,
    bool Recorded)
{
    /// <summary>The longest place that a page shows.</summary>
    private const int MaxPlace = 200;

    /// <summary>The earthquake as a page shows it.</summary>
    public Earthquake Shortened() => this with { Place = ShortText.Of(Place, MaxPlace), Url = null };
}
