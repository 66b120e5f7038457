using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using SseAspire.Api.Http;
using SseAspire.Broker;

namespace SseAspire.Api.Publishing;

/// <summary>
/// Reads the events of a publishing request: a form, a JSON object, or a JSON array of such objects. The
/// names are the same: <c>topic</c> (repeated, or an array), <c>data</c>, <c>type</c>, <c>id</c>, <c>retry</c>.
/// </summary>
internal sealed class PublicationReader(IOptions<PublishingOptions> options, TimeProvider time)
{
    private static readonly string[] Names = ["topic", "data", "type", "id", "retry", "private"];

    /// <summary>Reads the request's body.</summary>
    /// <returns>The events in order, and whether they came as a batch.</returns>
    /// <exception cref="BadRequestException">A field is wrong; the exception names it, in a batch with its index.</exception>
    public async Task<(IReadOnlyList<Event> Events, bool IsBatch)> ReadAsync(HttpContext context)
    {
        var request = context.Request;
        var isJson = request.HasJsonContentType();
        if (!isJson && !IsForm(request))
        {
            throw new BadRequestException(
                "Content-Type", "is neither application/x-www-form-urlencoded nor application/json", StatusCodes.Status415UnsupportedMediaType);
        }

        var body = await ReadBodyAsync(request, context.RequestAborted);
        return isJson ? ReadJson(body) : ([ReadForm(FormFields.Parse(body, "body"))], false);
    }

    private static bool IsForm(HttpRequest request) =>
        request.ContentType?.Split(';')[0].Trim().Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) == true;

    private async Task<byte[]> ReadBodyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var most = options.Value.MaxRequestBytes;
        if (request.ContentLength > most)
        {
            throw TooLarge();
        }

        // Not as large as the client says that it will be: saying so costs it nothing.
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (body.Length + read > most)
            {
                throw TooLarge();
            }

            body.Write(buffer, 0, read);
        }

        return body.ToArray();

        BadRequestException TooLarge() =>
            new("body", $"is larger than {most} bytes", StatusCodes.Status413PayloadTooLarge);
    }

    private Event ReadForm(FormFields form)
    {
        foreach (var name in form.Names)
        {
            RefuseUnknown("", name);
        }

        RefusePrivate(form.One("private") is not null, "private");
        return Checked("", new Event
        {
            Topics = form.All("topic"),
            Data = Encoding.UTF8.GetBytes(form.One("data") ?? throw new BadRequestException("data", "is missing")),
            At = time.GetUtcNow(),
            // An empty field of a form was left blank by a person.
            Type = form.One("type") is { Length: > 0 } type ? type : null,
            Id = form.One("id") is { Length: > 0 } id ? id : null,
            Retry = form.One("retry") is { Length: > 0 } ? form.Number("retry", 0, 0, Event.MaxRetry) : null,
        });
    }

    private (IReadOnlyList<Event> Events, bool IsBatch) ReadJson(byte[] body)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(body);
        }
        catch (JsonException e)
        {
            throw new BadRequestException("body", $"is not valid JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1})");
        }

        using (document)
        {
            switch (document.RootElement.ValueKind)
            {
                case JsonValueKind.Object:
                    return ([ReadObject("", document.RootElement)], false);
                case JsonValueKind.Array:
                    var count = document.RootElement.GetArrayLength();
                    if (count == 0)
                    {
                        throw new BadRequestException("body", "is an empty array; publish at least one event");
                    }

                    if (count > options.Value.MaxBatch)
                    {
                        throw new BadRequestException("body", $"has more than {options.Value.MaxBatch} events");
                    }

                    return ([.. document.RootElement.EnumerateArray().Select((e, i) => ReadObject($"[{i}].", e))], true);
                default:
                    throw new BadRequestException("body", "is neither a JSON object nor an array of objects");
            }
        }
    }

    private Event ReadObject(string prefix, JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new BadRequestException(prefix.TrimEnd('.'), "is not a JSON object");
        }

        try
        {
            var given = new HashSet<string>(StringComparer.Ordinal);
            foreach (var property in element.EnumerateObject())
            {
                RefuseUnknown(prefix, property.Name);
                if (!given.Add(property.Name))
                {
                    // Others on the way may have read the other one.
                    throw new BadRequestException(prefix + property.Name, "is given more than once");
                }
            }

            RefusePrivate(element.TryGetProperty("private", out _), prefix + "private");
            return Checked(prefix, new Event
            {
                Topics = ReadTopics(prefix, element),
                Data = ReadData(prefix, element),
                At = time.GetUtcNow(),
                Type = ReadString(prefix, element, "type"),
                Id = ReadString(prefix, element, "id"),
                Retry = ReadRetry(prefix, element),
            });
        }
        catch (InvalidOperationException)
        {
            // The only thing left that a parsed document can fail at: a name that is no text, such as "\ud800".
            throw new BadRequestException(prefix.Length == 0 ? "body" : prefix.TrimEnd('.'), "has text that is not valid Unicode");
        }
    }

    private static IReadOnlyList<string> ReadTopics(string prefix, JsonElement element) =>
        !element.TryGetProperty("topic", out var topic) ? []
        : topic.ValueKind == JsonValueKind.String ? [ReadText(prefix + "topic", topic)]
        : topic.ValueKind == JsonValueKind.Array && topic.EnumerateArray().All(e => e.ValueKind == JsonValueKind.String)
            ? [.. topic.EnumerateArray().Select(e => ReadText(prefix + "topic", e))]
        : throw new BadRequestException(prefix + "topic", "is neither a string nor an array of strings");

    private static byte[] ReadData(string prefix, JsonElement element)
    {
        if (!element.TryGetProperty("data", out var data))
        {
            throw new BadRequestException(prefix + "data", "is missing");
        }

        // Readers get text. Any JSON that is not a string is passed on as the text that it was written as.
        return Encoding.UTF8.GetBytes(ReadText(prefix + "data", data));
    }

    private static string? ReadString(string prefix, JsonElement element, string name) =>
        !element.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.String ? ReadText(prefix + name, value)
        : throw new BadRequestException(prefix + name, "is not a string");

    /// <summary>A string's text, or what another value was written as.</summary>
    private static string ReadText(string field, JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        }
        catch (InvalidOperationException)
        {
            throw new BadRequestException(field, "has text that is not valid Unicode");
        }
    }

    private static int? ReadRetry(string prefix, JsonElement element) =>
        !element.TryGetProperty("retry", out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var retry) ? retry
        : throw new BadRequestException(prefix + "retry", "is not a whole number of milliseconds");

    private Event Checked(string prefix, Event @event)
    {
        try
        {
            @event.Validate();
        }
        catch (InvalidEventException e)
        {
            throw new BadRequestException(prefix + e.Field, e.Reason);
        }

        return @event.Data.Length <= options.Value.MaxEventBytes
            ? @event
            : throw new BadRequestException(
                prefix + "data", $"is larger than {options.Value.MaxEventBytes} bytes", StatusCodes.Status413PayloadTooLarge);
    }

    private static void RefuseUnknown(string prefix, string name)
    {
        // Misspelt, it would be lost without a word.
        if (!Names.Contains(name))
        {
            throw new BadRequestException(prefix + name, "is not a field of an event");
        }
    }

    private static void RefusePrivate(bool isGiven, string field)
    {
        // Sent as a public event it would reach everybody.
        if (isGiven)
        {
            throw new BadRequestException(field, "is reserved: there are no private events yet");
        }
    }
}
