using System.Buffers;
using System.Text.Json;
using SseAspire.Api.Hub;
using SseAspire.Broker;

namespace SseAspire.Api.Transports;

/// <summary>
/// A line of JSON for each event, <c>{id, topic, type, at, data}</c>, and for each gap,
/// <c>{"gap":{missed, from, to},"id":"…"}</c>. JSON escapes line ends, so that a line has no other than its own.
/// </summary>
internal sealed class JsonLines : FrameFormat
{
    public static readonly JsonLines Instance = new();

    private JsonLines()
    {
    }

    public override void WriteEvent(IBufferWriter<byte> output, LogEntry entry)
    {
        using (var json = new Utf8JsonWriter(output, EventJson.Options))
        {
            json.WriteStartObject();
            EventJson.WriteFields(json, entry, withId: true);
            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    public override void WriteGap(IBufferWriter<byte> output, Gap gap)
    {
        using (var json = new Utf8JsonWriter(output, EventJson.Options))
        {
            json.WriteStartObject();
            json.WritePropertyName("gap"u8);
            EventJson.WriteGap(json, gap);
            json.WriteString("id"u8, gap.Cursor.ToString());
            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    /// <summary>Lays out how far a reader has come: <c>{"next":"…"}</c>.</summary>
    public static ReadOnlyMemory<byte> NextOf(EventId cursor) =>
        JsonSerializer.SerializeToUtf8Bytes(new { next = cursor.ToString() });
}
