using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using SseAspire.Api.Hub;
using SseAspire.Broker;

namespace SseAspire.Api.Transports;

/// <summary>
/// The event stream format (HTML standard, 9.2.5): lines of <c>field: value</c>, an empty line after each event.
/// </summary>
internal sealed class SseFormat : FrameFormat
{
    /// <summary><c>data</c> is what was published.</summary>
    public static readonly SseFormat Plain = new(envelope: false);

    /// <summary><c>data</c> is the JSON <c>{topic, type, at, data}</c>.</summary>
    public static readonly SseFormat Envelope = new(envelope: true);

    private readonly bool _envelope;

    private SseFormat(bool envelope) => _envelope = envelope;

    public override void WriteEvent(IBufferWriter<byte> output, LogEntry entry)
    {
        var @event = entry.Event;
        if (@event.Id is { } ownId)
        {
            WriteField(output, "id: "u8, ownId);
        }
        else
        {
            WriteId(output, entry.Id);
        }

        if (@event.Type is { } type)
        {
            WriteField(output, "event: "u8, type);
        }

        if (@event.Retry is { } retry)
        {
            WriteRetry(output, TimeSpan.FromMilliseconds(retry));
        }

        if (_envelope)
        {
            output.Write("data: "u8);
            using (var json = new Utf8JsonWriter(output, EventJson.Options))
            {
                json.WriteStartObject();
                EventJson.WriteFields(json, entry, withId: false);
                json.WriteEndObject();
            }

            output.Write("\n"u8);
        }
        else
        {
            WriteData(output, @event.Data.Span);
        }

        output.Write("\n"u8);
    }

    public override void WriteGap(IBufferWriter<byte> output, Gap gap)
    {
        output.Write("event: gap\n"u8);
        WriteId(output, gap.Cursor);
        output.Write("data: "u8);
        using (var json = new Utf8JsonWriter(output, EventJson.Options))
        {
            EventJson.WriteGap(json, gap);
        }

        output.Write("\n\n"u8);
    }

    /// <summary>
    /// Opens a stream: how long to wait before a reconnect, and the cursor, so that a reader that is cut before its
    /// first event resumes there too. An id without data dispatches no event (HTML standard, 9.2.6).
    /// </summary>
    /// <param name="output">Where to.</param>
    /// <param name="retry">How long the reader waits before a reconnect.</param>
    /// <param name="cursor">Where the stream starts.</param>
    /// <param name="asEvent">
    /// As a heartbeat event, for clients that take an id only from a frame with data: without it they reconnect
    /// without a cursor, and lose what is published in the meantime.
    /// </param>
    public static void WriteOpening(IBufferWriter<byte> output, TimeSpan retry, EventId cursor, bool asEvent)
    {
        WriteRetry(output, retry);
        WriteCursor(output, cursor, asEvent);
    }

    /// <summary>How long the reader waits before a reconnect, from here on.</summary>
    public static void WriteRetry(IBufferWriter<byte> output, TimeSpan retry)
    {
        output.Write("retry: "u8);
        Utf8Formatter.TryFormat((int)retry.TotalMilliseconds, output.GetSpan(11), out var length);
        output.Advance(length);
        output.Write("\n"u8);
    }

    /// <summary>Closes a stream on purpose: how long to wait before the reconnect.</summary>
    public static void WriteClosing(IBufferWriter<byte> output, TimeSpan retry)
    {
        WriteRetry(output, retry);
        output.Write("\n"u8);
    }

    /// <summary>
    /// Shows a silent reader that the stream lives, and moves its cursor: that of a rare topic would otherwise age out
    /// of the log, and its next resume would report a gap where nothing was lost.
    /// </summary>
    public static void WriteHeartbeat(IBufferWriter<byte> output, EventId cursor, bool asEvent)
    {
        if (!asEvent)
        {
            output.Write(":\n"u8);
        }

        WriteCursor(output, cursor, asEvent);
    }

    /// <summary>Writes the cursor as the id of a frame without data, or of a heartbeat event, and ends the frame.</summary>
    private static void WriteCursor(IBufferWriter<byte> output, EventId cursor, bool asEvent)
    {
        if (asEvent)
        {
            output.Write("event: heartbeat\ndata:\n"u8);
        }

        WriteId(output, cursor);
        output.Write("\n"u8);
    }

    private static void WriteId(IBufferWriter<byte> output, EventId id)
    {
        output.Write("id: "u8);
        id.TryFormat(output.GetSpan(EventId.MaxLength), out var length);
        output.Advance(length);
        output.Write("\n"u8);
    }

    private static void WriteField(IBufferWriter<byte> output, ReadOnlySpan<byte> name, string value)
    {
        output.Write(name);
        output.Advance(Encoding.UTF8.GetBytes(value, output.GetSpan(Encoding.UTF8.GetMaxByteCount(value.Length))));
        output.Write("\n"u8);
    }

    /// <summary>A line of data for each line of it: CR LF, LF and CR all end one, as they do for the reader.</summary>
    private static void WriteData(IBufferWriter<byte> output, ReadOnlySpan<byte> data)
    {
        while (true)
        {
            var end = data.IndexOfAny((byte)'\r', (byte)'\n');
            output.Write("data: "u8);
            output.Write(end < 0 ? data : data[..end]);
            output.Write("\n"u8);
            if (end < 0)
            {
                return;
            }

            data = data[(data[end] == '\r' && data[(end + 1)..].StartsWith("\n"u8) ? end + 2 : end + 1)..];
        }
    }
}
