using System.ComponentModel.DataAnnotations;

namespace SseAspire.Producer.Sources;

/// <summary>Settings of the source <c>earthquakes</c>.</summary>
internal sealed class EarthquakeSourceOptions : IValidatableObject
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Sources:Earthquakes";

    /// <summary>Whether earthquakes are published.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>The feed, in the format of the USGS: https://earthquake.usgs.gov/earthquakes/feed/v1.0/geojson.php.</summary>
    public Uri Feed { get; set; } = new("https://earthquake.usgs.gov/earthquakes/feed/v1.0/summary/all_hour.geojson");

    /// <summary>The time from one question to the feed to the next. The USGS makes its feeds anew once a minute.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ErrorMessage = Section + ":Interval must be from {1} to {2}.")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The mean time from one replayed earthquake to the next, where the feed cannot be reached.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "1.00:00:00", ErrorMessage = Section + ":ReplayPace must be from {1} to {2}.")]
    public TimeSpan ReplayPace { get; set; } = TimeSpan.FromSeconds(4);

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Enabled && !WebAddress.IsValid(Feed))
        {
            yield return new ValidationResult($"{Section}:Feed must be an http or https address.", [nameof(Feed)]);
        }
    }
}
