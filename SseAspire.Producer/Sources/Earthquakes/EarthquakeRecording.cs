using System.Text.Json;

namespace SseAspire.Producer.Sources;

/// <summary>
/// A week of real earthquakes (see NOTICE.md), replayed in order and for ever at a mean pace. Pauses are
/// long where the real ones were long, but never shorter than half the pace nor longer than one and a half.
/// </summary>
internal sealed class EarthquakeRecording
{
    private static readonly Earthquake[] Earthquakes = Load();

    // The pauses' proportions, so that clipping does not change their mean.
    private static readonly double[] Pauses = Proportions();

    private readonly TimeSpan _pace;
    private int _next;

    public EarthquakeRecording(TimeSpan pace) => _pace = pace;

    /// <summary>How many earthquakes there are before it begins again.</summary>
    public static int Count => Earthquakes.Length;

    /// <summary>The pause before the next earthquake.</summary>
    public TimeSpan Pause => _pace * Pauses[_next];

    /// <summary>Takes the next earthquake; after the last comes the first again.</summary>
    public Earthquake Next()
    {
        var earthquake = Earthquakes[_next];
        _next = (_next + 1) % Earthquakes.Length;
        return earthquake;
    }

    private static Earthquake[] Load()
    {
        using var file = typeof(EarthquakeRecording).Assembly.GetManifestResourceStream("recording.json")!;
        var earthquakes = JsonSerializer.Deserialize(file, EarthquakeJson.Default.EarthquakeArray)!;
        return Array.ConvertAll(earthquakes, earthquake => earthquake with { Recorded = true });
    }

    private static double[] Proportions()
    {
        var mean = (Earthquakes[^1].OccurredAt - Earthquakes[0].OccurredAt) / (Earthquakes.Length - 1);
        var clipped = new double[Earthquakes.Length];
        for (var i = 0; i < clipped.Length; i++)
        {
            var gap = i == 0 ? mean : Earthquakes[i].OccurredAt - Earthquakes[i - 1].OccurredAt;
            clipped[i] = Math.Clamp(gap / mean, 0.5, 1.5);
        }

        return clipped;
    }
}
