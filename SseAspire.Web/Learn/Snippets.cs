namespace SseAspire.Web.Learn;

/// <summary>The stream in ten lines, in three languages, against a given hub; they run as they stand.</summary>
/// <param name="hub">The hub's address without a slash at its end.</param>
internal sealed class Snippets(string hub)
{
    public string JavaScript { get; } =
        $$"""
        const list = document.querySelector('#events');
        export const stream = new EventSource('{{hub}}/events?topic=status/*');

        stream.addEventListener('host', (event) => {
          const line = document.createElement('li');
          line.textContent = `${event.lastEventId} ${event.data}`;
          list.prepend(line);
        });
        stream.addEventListener('gap', (event) => console.warn('events are gone:', event.data));

        """;

    public string CSharp { get; } =
        $$"""
        using System.Net.ServerSentEvents;

        using var http = new HttpClient();
        await using var stream = await http.GetStreamAsync("{{hub}}/events?topic=status/*");
        await foreach (var item in SseParser.Create(stream).EnumerateAsync())
        {
            Console.WriteLine($"{item.EventId} {item.EventType}: {item.Data}");
        }

        """;

    public string Subscribe { get; } = $"curl -N '{hub}/events?topic=status/*'\n";

    public string Resume { get; } = $"curl -N -H 'Last-Event-ID: earliest' '{hub}/events?topic=status/*'\n";

    public string Publish { get; } = $"curl -d topic=notifications -d type=notification -d data=Hello {hub}/events\n";
}
