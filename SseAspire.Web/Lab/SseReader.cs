using System.Net.ServerSentEvents;

namespace SseAspire.Web.Lab;

/// <summary>A virtual reader over Server-Sent Events.</summary>
internal static class SseReader
{
    public static async Task ReadAsync(VirtualReader reader, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, reader.AddressOf("/events", "&envelope=true"));
        request.Headers.Accept.ParseAdd("text/event-stream");
        using var response = await reader.Http.SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        reader.Started();
        await foreach (var frame in SseParser.Create(stream, static (type, _) => type).EnumerateAsync(cancellationToken))
        {
            if (frame.Data != "gap")
            {
                reader.Add(1);
            }
        }
    }
}
