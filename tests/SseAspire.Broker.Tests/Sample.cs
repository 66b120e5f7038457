using System.Text;

namespace SseAspire.Broker.Tests;

/// <summary>Events of which a test only needs that they can be told apart.</summary>
internal static class Sample
{
    public static Event Event(int number) => Event($"{number}");

    public static Event Event(string data) => Broker.Event.Create("test/sample", data, DateTimeOffset.UtcNow);

    public static string Text(this LogEntry entry) => Encoding.UTF8.GetString(entry.Event.Data.Span);

    /// <summary>Reads the whole log, page by page.</summary>
    public static async Task<List<LogEntry>> ReadAllAsync(this EventLog log, CancellationToken cancellationToken)
    {
        var all = new List<LogEntry>();
        while (true)
        {
            var page = await log.ReadAfterAsync(all.Count == 0 ? EventId.Earliest : all[^1].Id, cancellationToken: cancellationToken);
            all.AddRange(page);
            if (page.Count < EventLog.MaxRead)
            {
                return all;
            }
        }
    }
}
