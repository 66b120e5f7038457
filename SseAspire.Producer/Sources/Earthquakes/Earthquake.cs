using System.Text.Json.Serialization;

namespace SseAspire.Producer.Sources;

/// <summary>An earthquake, as the events of <c>news/earthquakes</c> carry it.</summary>
internal sealed record Earthquake
{
    /// <summary>On whichever scale its network uses; absent where it is not known yet.</summary>
    public double? Magnitude { get; init; }

    /// <summary>Where it was, for people: "14 km SW of Searles Valley, CA".</summary>
    public string? Place { get; init; }

    /// <summary>Degrees, east positive.</summary>
    public required double Longitude { get; init; }

    /// <summary>Degrees, north positive.</summary>
    public required double Latitude { get; init; }

    /// <summary>Kilometres below the surface.</summary>
    public double? DepthKm { get; init; }

    /// <summary>UTC.</summary>
    public required DateTime OccurredAt { get; init; }

    /// <summary>The page about it.</summary>
    public string? Url { get; init; }

    /// <summary>True where it comes from the recording; else absent.</summary>
    public bool? Recorded { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Earthquake))]
[JsonSerializable(typeof(Earthquake[]))]
internal sealed partial class EarthquakeJson : JsonSerializerContext;
