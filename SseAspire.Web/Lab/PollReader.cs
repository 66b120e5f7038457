namespace SseAspire.Web.Lab;

/// <summary>A virtual reader by polling: it asks once in an interval.</summary>
internal static class PollReader
{
    public static async Task ReadAsync(VirtualReader reader, CancellationToken cancellationToken)
    {
        // Readers that came together do not ask together.
        await Task.Delay(reader.Interval * Random.Shared.NextDouble(), cancellationToken);
        using var timer = new PeriodicTimer(reader.Interval);
        string? cursor = null;
        do
        {
            cursor = await EventPageReader.ReadAsync(reader, "/events/poll", cursor, cancellationToken);
            reader.Started();
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }
}
