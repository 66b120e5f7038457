using System.Text.Encodings.Web;
using System.Text.Json;
using SseAspire.Broker;

namespace SseAspire.Api.Hub;

/// <summary>
/// Events and gaps as JSON: <c>{id?, place?, topic, alternates?, type, at, data}</c> and
/// <c>{missed, from, to}</c>. <c>data</c> is always a string, the text that was published; <c>at</c> is
/// ISO 8601 in UTC to the millisecond. <c>place</c> stands where the publisher gave an id of its own, and
/// <c>alternates</c> where there are any: who shares a stream among readers needs both.
/// </summary>
internal static class EventJson
{
    /// <summary>The text is not put into HTML, so only what JSON itself needs is escaped.</summary>
    public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <summary>Writes the fields of an event into an object that is open.</summary>
    public static void WriteFields(Utf8JsonWriter json, LogEntry entry, bool withId)
    {
        var @event = entry.Event;
        Span<byte> text = stackalloc byte[EventId.MaxLength];
        if (withId)
        {
            if (@event.Id is { } ownId)
            {
                json.WriteString("id"u8, ownId);
            }
            else
            {
                entry.Id.TryFormat(text, out var length);
                json.WriteString("id"u8, text[..length]);
            }
        }

        if (@event.Id is not null)
        {
            entry.Id.TryFormat(text, out var length);
            json.WriteString("place"u8, text[..length]);
        }

        json.WriteString("topic"u8, @event.Topics[0]);
        if (@event.Topics.Count > 1)
        {
            json.WriteStartArray("alternates"u8);
            foreach (var topic in @event.Topics.Skip(1))
            {
                json.WriteStringValue(topic);
            }

            json.WriteEndArray();
        }

        json.WriteString("type"u8, @event.Type);
        @event.At.UtcDateTime.TryFormat(text, out var timeLength, TimeFormat, System.Globalization.CultureInfo.InvariantCulture);
        json.WriteString("at"u8, text[..timeLength]);
        json.WriteString("data"u8, @event.Data.Span);
    }

    /// <summary>Writes a gap as an object.</summary>
    public static void WriteGap(Utf8JsonWriter json, Gap gap)
    {
        json.WriteStartObject();
        if (gap.Missed is { } missed)
        {
            json.WriteNumber("missed"u8, missed);
        }
        else
        {
            json.WriteNull("missed"u8);
        }

        json.WriteString("from"u8, gap.From?.ToString());
        json.WriteString("to"u8, gap.To?.ToString());
        json.WriteEndObject();
    }
}
