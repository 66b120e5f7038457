using System.Text.Json;

namespace SseAspire.Web.Lab;

/// <summary>Reads one answer <c>{events, next, gap?}</c> of the API's polling transports.</summary>
internal static class EventPageReader
{
    /// <returns>The cursor for the next one.</returns>
    public static async Task<string> ReadAsync(VirtualReader reader, string path, string? cursor, CancellationToken cancellationToken)
    {
        var query = cursor is null ? "&limit=1000" : $"&limit=1000&after={Uri.EscapeDataString(cursor)}";
        using var request = new HttpRequestMessage(HttpMethod.Get, reader.AddressOf(path, query));
        using var response = await reader.Http.SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
        var (events, next) = Read(await response.Content.ReadAsByteArrayAsync(cancellationToken));
        reader.Add(events);
        return next;
    }

    private static (int Events, string Next) Read(ReadOnlySpan<byte> page)
    {
        var json = new Utf8JsonReader(page);
        var events = 0;
        var next = "";
        while (json.Read())
        {
            if (json.TokenType == JsonTokenType.StartObject && json.CurrentDepth == 2)
            {
                events++;
            }
            else if (json.TokenType == JsonTokenType.PropertyName && json.CurrentDepth == 1 && json.ValueTextEquals("next"u8))
            {
                json.Read();
                next = json.GetString() ?? "";
            }
        }

        return (events, next);
    }
}
