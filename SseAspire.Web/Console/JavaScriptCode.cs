namespace SseAspire.Web.Console;

/// <summary>JavaScript for browsers, as a module or in a function that is async.</summary>
internal static class JavaScriptCode
{
    /// <param name="type">A type that the visitor's events have, or null: an <c>EventSource</c> hears none that it is not told.</param>
    public static string Subscribe(Subscription subscription, string hub, string? type)
    {
        var (address, start) = (subscription.AddressAt(hub), subscription.Start);
        return subscription.Transport switch
        {
            var transport when transport == ConsoleTransport.Sse => ServerSentEvents(address + start, subscription.HeartbeatEvent, type),
            var transport when transport == ConsoleTransport.WebSocket => WebSocket(address + start),
            var transport => Pages(address, start, transport == ConsoleTransport.Poll ? subscription.Interval : 0),
        };
    }

    public static string Publish(IReadOnlyList<KeyValuePair<string, string>> publication, string hub, bool withKey)
    {
        // A browser must not hold it, so this is for a server's JavaScript.
        var key = withKey ? "\n  headers: { Authorization: `Bearer ${process.env.PUBLISHING_KEY}` }," : "";
        var fields = string.Concat(publication.Select(field => $"    ['{field.Key}', {StringLiteral.JavaScript(field.Value)}],\n"));
        return $$"""
            const response = await fetch({{StringLiteral.JavaScript($"{hub}/events")}}, {
              method: 'POST',{{key}}
              body: new URLSearchParams([
            {{fields}}  ]),
            });
            console.log(await response.text());

            """;
    }

    private static string ServerSentEvents(string address, bool heartbeatEvent, string? type)
    {
        string?[] known = ["message", "gap", heartbeatEvent ? "heartbeat" : null, type];
        var types = string.Join(", ", known.OfType<string>().Distinct().Select(StringLiteral.JavaScript));
        return $$"""
            const events = new EventSource({{StringLiteral.JavaScript(address)}});
            // An event that has a type is heard under that name alone: name those of your events.
            for (const type of [{{types}}]) {
              events.addEventListener(type, ({ lastEventId, data }) => console.log(lastEventId, type, data));
            }

            """;
    }

    private static string WebSocket(string address) =>
        $$"""
        const socket = new WebSocket({{StringLiteral.JavaScript(address)}});
        socket.addEventListener('message', ({ data }) => console.log(data));
        socket.addEventListener('close', ({ code, reason }) => console.warn('closed:', code, reason));

        """;

    private static string Pages(string address, string start, int interval)
    {
        var pause = interval > 0 ? $"\n  await new Promise((resolve) => setTimeout(resolve, {interval * 1000}));" : "";
        return $$"""
            let start = {{StringLiteral.JavaScript(start)}};
            for (;;) {
              const response = await fetch({{StringLiteral.JavaScript(address)}} + start);
              const { events, next, gap } = await response.json();
              if (gap) console.warn('events are gone:', gap.missed);
              for (const { id, type, data } of events) console.log(id, type, data);
              start = `&after=${next}`;{{pause}}
            }

            """;
    }
}
