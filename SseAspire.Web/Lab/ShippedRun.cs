using System.Text.Json;

namespace SseAspire.Web.Lab;

/// <summary>
/// The figures of a run that was made once and came with the product: <c>shipped-run.json</c>, as the lab's script
/// stores a visitor's own.
/// </summary>
/// <param name="At">When it was made.</param>
/// <param name="Rate">Events a second.</param>
/// <param name="Size">Bytes of an event's data.</param>
/// <param name="Interval">Seconds between two polls.</param>
/// <param name="Seconds">For which events were published.</param>
/// <param name="Readers">How many virtual readers there were.</param>
/// <param name="Lanes">By transport.</param>
internal sealed record ShippedRun(
    DateTimeOffset At, double Rate, int Size, double Interval, int Seconds, int Readers, IReadOnlyDictionary<string, LaneFigures> Lanes)
{
    public static readonly ShippedRun Instance = Load();

    private static ShippedRun Load()
    {
        using var file = typeof(ShippedRun).Assembly.GetManifestResourceStream("shipped-run.json")!;
        return JsonSerializer.Deserialize<ShippedRun>(file, JsonSerializerOptions.Web)!;
    }
}
