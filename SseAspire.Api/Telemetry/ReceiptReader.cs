using System.Buffers;
using System.Text.Json;
using SseAspire.Api.Http;
using SseAspire.Api.Hub;

namespace SseAspire.Api.Telemetry;

/// <summary>
/// Reads the receipts of a browser: the JSON <c>{transport, clock, receipts: [{id, at}]}</c>. <c>clock</c> is how
/// many milliseconds the hub's clock is ahead of the browser's, which <c>at</c> is told by.
/// </summary>
/// <remarks>Anybody may send it, so nothing is held of it that is larger than it may be.</remarks>
internal static class ReceiptReader
{
    public const int MaxBytes = 16 * 1024;
    public const int MaxReceipts = 100;

    /// <summary>The longest id that an event may have, in characters.</summary>
    private const int MaxIdLength = 256;

    private static readonly JsonDocumentOptions Strictly = new() { MaxDepth = 4, AllowDuplicateProperties = false };

    /// <summary>Reads the request's body.</summary>
    /// <exception cref="BadRequestException">A field is wrong; the exception names it.</exception>
    public static async Task<(Transport Transport, IReadOnlyList<Receipt> Receipts)> ReadAsync(
        HttpRequest request, CancellationToken cancellationToken)
    {
        // A page that is left can send nothing but plain text without asking first.
        if (!request.HasJsonContentType() && !IsText(request))
        {
            throw new BadRequestException(
                "Content-Type", "is neither application/json nor text/plain", StatusCodes.Status415UnsupportedMediaType);
        }

        var buffer = ArrayPool<byte>.Shared.Rent(MaxBytes + 1);
        try
        {
            var length = await ReadBodyAsync(request, buffer.AsMemory(0, MaxBytes + 1), cancellationToken);
            using var document = JsonDocument.Parse(buffer.AsMemory(0, length), Strictly);
            return Read(document.RootElement);
        }
        catch (JsonException e)
        {
            throw new BadRequestException("body", $"is not valid JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1})");
        }
        catch (InvalidOperationException)
        {
            // A text that is none, such as "\ud800".
            throw new BadRequestException("body", "has text that is not valid Unicode");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static bool IsText(HttpRequest request) =>
        request.ContentType?.Split(';')[0].Trim().Equals("text/plain", StringComparison.OrdinalIgnoreCase) == true;

    private static async Task<int> ReadBodyAsync(HttpRequest request, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var length = await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return length <= MaxBytes
            ? length
            : throw new BadRequestException("body", $"is larger than {MaxBytes} bytes", StatusCodes.Status413PayloadTooLarge);
    }

    private static (Transport Transport, IReadOnlyList<Receipt> Receipts) Read(JsonElement root)
    {
        RefuseUnknown(root, "body", "", "transport", "clock", "receipts");
        var transport = ReadTransport(root);
        var clock = Number(root, "", "clock");
        if (!root.TryGetProperty("receipts", out var list) || list.ValueKind != JsonValueKind.Array)
        {
            throw new BadRequestException("receipts", "is not an array");
        }

        if (list.GetArrayLength() is 0 or > MaxReceipts)
        {
            throw new BadRequestException("receipts", $"does not have between 1 and {MaxReceipts} receipts");
        }

        return (transport, [.. list.EnumerateArray().Select((receipt, i) => ReadReceipt(receipt, $"receipts[{i}]", clock))]);
    }

    private static Transport ReadTransport(JsonElement root)
    {
        var name = root.TryGetProperty("transport", out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        foreach (var transport in Enum.GetValues<Transport>())
        {
            if (HubMetrics.NameOf(transport) == name)
            {
                return transport;
            }
        }

        // Anything else would be an attribute of a metric.
        throw new BadRequestException("transport", "is neither of 'sse', 'websocket', 'long_poll' and 'poll'");
    }

    private static Receipt ReadReceipt(JsonElement receipt, string field, double clock)
    {
        RefuseUnknown(receipt, field, field + ".", "id", "at");
        if (!receipt.TryGetProperty("id", out var id) || id.ValueKind != JsonValueKind.String)
        {
            throw new BadRequestException($"{field}.id", "is not a string");
        }

        var text = id.GetString()!;
        return text.Length is > 0 and <= MaxIdLength
            ? new Receipt(text, Number(receipt, field + ".", "at") + clock)
            : throw new BadRequestException($"{field}.id", $"does not have between 1 and {MaxIdLength} characters");
    }

    private static double Number(JsonElement element, string prefix, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number
        && value.TryGetDouble(out var number) && double.IsFinite(number)
            ? number
            : throw new BadRequestException(prefix + name, "is not a number of milliseconds");

    private static void RefuseUnknown(JsonElement element, string field, string prefix, params ReadOnlySpan<string> known)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new BadRequestException(field, "is not a JSON object");
        }

        foreach (var property in element.EnumerateObject())
        {
            if (!known.Contains(property.Name))
            {
                throw new BadRequestException(prefix + property.Name, "is not a field of receipts");
            }
        }
    }
}
