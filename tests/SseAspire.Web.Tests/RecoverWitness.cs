using System.Text.Json;
using Microsoft.Playwright;

namespace SseAspire.Web.Tests;

/// <summary>What the browser's network stack gave a page over EventSource and WebSocket, whatever the page makes of it.</summary>
internal sealed class RecoverWitness
{
    private readonly Lock _lock = new();
    private readonly List<(string Id, long Number)> _stream = [];
    private readonly List<(string Id, long Number)> _webSocket = [];

    private RecoverWitness()
    {
    }

    /// <summary>The topic that the page reads.</summary>
    public string Topic { get; private set; } = "";

    /// <summary>The events that came over EventSource, in their order.</summary>
    public IReadOnlyList<(string Id, long Number)> Stream => Copy(_stream);

    /// <summary>The events that came over all WebSockets, in their order.</summary>
    public IReadOnlyList<(string Id, long Number)> WebSocket => Copy(_webSocket);

    /// <summary>Watches a page that has not been opened yet.</summary>
    public static async Task<RecoverWitness> OfAsync(IPage page)
    {
        var witness = new RecoverWitness();
        var network = await page.Context.NewCDPSessionAsync(page);
        await network.SendAsync("Network.enable");
        network.Event("Network.eventSourceMessageReceived").OnEvent += (_, message) =>
        {
            if (message!.Value.GetProperty("eventName").GetString() == "message")
            {
                witness.Add(witness._stream, message.Value.GetProperty("eventId").GetString()!, message.Value.GetProperty("data").GetString()!);
            }
        };
        page.WebSocket += (_, socket) => socket.FrameReceived += (_, frame) =>
        {
            var message = JsonDocument.Parse(frame.Text!).RootElement;
            if (message.TryGetProperty("data", out var data))
            {
                witness.Topic = message.GetProperty("topic").GetString()!;
                witness.Add(witness._webSocket, message.GetProperty("id").GetString()!, data.GetString()!);
            }
        };
        return witness;
    }

    /// <summary>Waits until it has seen as many events as the page: what it is told comes by another way, and later.</summary>
    public async Task SeeAsync(int stream, int webSocket)
    {
        for (var tries = 0; Stream.Count < stream || WebSocket.Count < webSocket; tries++)
        {
            Assert.InRange(tries, 0, 600);
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>The number in an event's data.</summary>
    public static long NumberOf(string data) => JsonDocument.Parse(data).RootElement.GetProperty("number").GetInt64();

    private void Add(List<(string Id, long Number)> events, string id, string data)
    {
        lock (_lock)
        {
            events.Add((id, NumberOf(data)));
        }
    }

    private List<(string Id, long Number)> Copy(List<(string Id, long Number)> events)
    {
        lock (_lock)
        {
            return [.. events];
        }
    }
}
