namespace SseAspire.Web.Lab;

/// <summary>The four ways to read that the lab compares.</summary>
internal sealed class LabTransport
{
    /// <summary>All of them, in the order in which they are shown: each is compared to the first.</summary>
    public static readonly IReadOnlyList<LabTransport> All =
    [
        new("sse", SseReader.ReadAsync),
        new("websocket", WebSocketReader.ReadAsync),
        new("longPoll", LongPollReader.ReadAsync),
        new("poll", PollReader.ReadAsync),
    ];

    private LabTransport(string name, Func<VirtualReader, CancellationToken, Task> read) => (Name, Read) = (name, read);

    /// <summary>As scripts and stored results name it.</summary>
    public string Name { get; }

    /// <summary>Reads as one virtual reader until cancelled; throws where its connection breaks.</summary>
    public Func<VirtualReader, CancellationToken, Task> Read { get; }
}
