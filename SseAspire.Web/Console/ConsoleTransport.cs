namespace SseAspire.Web.Console;

/// <summary>A way to read the hub.</summary>
/// <param name="Name">In forms and addresses.</param>
/// <param name="Path">At the API.</param>
/// <param name="CursorField">What it calls the place after which to begin.</param>
internal sealed record ConsoleTransport(string Name, string Path, string CursorField)
{
    public static readonly ConsoleTransport Sse = new("sse", "/events", "lastEventId");

    public static readonly ConsoleTransport WebSocket = new("websocket", "/events/websocket", "after");

    public static readonly ConsoleTransport LongPoll = new("long-poll", "/events/long-poll", "after");

    public static readonly ConsoleTransport Poll = new("poll", "/events/poll", "after");

    public static readonly IReadOnlyList<ConsoleTransport> All = [Sse, WebSocket, LongPoll, Poll];
}
