using SseAspire.Web.Hub;

namespace SseAspire.Web.Lab;

/// <summary>How far a run is, as its visitor's script reads it.</summary>
/// <param name="Began">When the first event was due, by the clock of the lab; 0 before that.</param>
/// <param name="Published">The number of the last event that is published.</param>
/// <param name="Done">Whether it is the last of all.</param>
/// <param name="Phase">Which transport virtual readers use now, or <c>baseline</c>; null without them.</param>
/// <param name="HubAway">The API does not answer the front end.</param>
/// <param name="Operations">Whether the API counts bytes and can be cut; null where it did not say.</param>
/// <param name="Meters">By transport; null where the API does not say.</param>
/// <param name="Cpu">Seconds for 1,000 events by transport; null without virtual readers.</param>
internal sealed record LabProgress(
    double Began,
    int Published,
    bool Done,
    string? Phase,
    bool HubAway,
    bool? Operations,
    IReadOnlyDictionary<string, Meter>? Meters,
    IReadOnlyDictionary<string, double?>? Cpu,
    IReadOnlyList<LabCut> Cuts)
{
    /// <summary>Looks at a run, which it thereby keeps alive.</summary>
    public static async Task<LabProgress> OfAsync(LabRun run, HubClient hub, CancellationToken cancellationToken)
    {
        run.Look();
        var (meters, away) = await ReadAsync(run, hub, cancellationToken);
        return new LabProgress(
            run.Began,
            run.Published,
            run.IsPublished,
            run.Cost?.Phase,
            away || run.IsHubAway,
            away ? null : meters is not null,
            meters is null ? null : run.Meters.Where(pair => meters.Meters.ContainsKey(pair.Value)).ToDictionary(pair => pair.Key, pair => meters.Meters[pair.Value]),
            run.Cost?.SecondsPerThousand,
            run.Cuts);
    }

    private static async Task<(MetersAnswer? Meters, bool Away)> ReadAsync(LabRun run, HubClient hub, CancellationToken cancellationToken)
    {
        try
        {
            return (await hub.ReadMetersAsync(run.Meters.Values, cancellationToken), false);
        }
        catch (HubUnavailableException)
        {
            return (null, true);
        }
    }
}
