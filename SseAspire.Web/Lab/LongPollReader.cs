namespace SseAspire.Web.Lab;

/// <summary>A virtual reader by long polling: as soon as one answer is there it asks for the next.</summary>
internal static class LongPollReader
{
    public static async Task ReadAsync(VirtualReader reader, CancellationToken cancellationToken)
    {
        var cursor = await EventPageReader.ReadAsync(reader, "/events/poll", null, cancellationToken);
        while (true)
        {
            reader.Started();
            cursor = await EventPageReader.ReadAsync(reader, "/events/long-poll", cursor, cancellationToken);
        }
    }
}
