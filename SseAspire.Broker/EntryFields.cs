using System.Globalization;
using StackExchange.Redis;

namespace SseAspire.Broker;

/// <summary>How an event is written into the fields of a stream entry, and read back.</summary>
internal static class EntryFields
{
    private static readonly ReadOnlyMemory<byte> Topic = "topic"u8.ToArray();
    private static readonly ReadOnlyMemory<byte> Data = "data"u8.ToArray();
    private static readonly ReadOnlyMemory<byte> At = "at"u8.ToArray();
    private static readonly ReadOnlyMemory<byte> Type = "type"u8.ToArray();
    private static readonly ReadOnlyMemory<byte> Id = "id"u8.ToArray();
    private static readonly ReadOnlyMemory<byte> Retry = "retry"u8.ToArray();
    private static readonly ReadOnlyMemory<byte> TraceParent = "traceparent"u8.ToArray();

    private static readonly long FirstTime = DateTimeOffset.MinValue.ToUnixTimeMilliseconds();
    private static readonly long LastTime = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    /// <summary>
    /// Lays events out for <c>Append.lua</c>: for each of them the number of values, the number of topics if the event has
    /// an id of its own and else 0, and the values: name, value, name, value … The topics come first, then the own id.
    /// </summary>
    public static List<RedisValue> Write(IReadOnlyList<Event> events)
    {
        var values = new List<RedisValue>(events.Count * 10);
        foreach (var @event in events)
        {
            Write(values, @event);
        }

        return values;
    }

    private static void Write(List<RedisValue> values, Event @event)
    {
        var count = values.Count;
        values.Add(RedisValue.Null);
        values.Add(@event.Id is null ? 0 : @event.Topics.Count);
        foreach (var topic in @event.Topics)
        {
            values.Add(Topic);
            values.Add(topic);
        }

        Add(Id, @event.Id);
        values.Add(Data);
        values.Add(@event.Data);
        values.Add(At);
        values.Add(@event.At.ToUnixTimeMilliseconds());
        Add(Type, @event.Type);
        Add(Retry, @event.Retry);
        Add(TraceParent, @event.TraceParent);
        values[count] = values.Count - count - 2;

        void Add(RedisValue name, RedisValue value)
        {
            if (!value.IsNull)
            {
                values.Add(name);
                values.Add(value);
            }
        }
    }

    /// <summary>
    /// Reads an entry. Anybody who reaches Redis can write one, so that an entry is either of the shape that
    /// <see cref="Write(IReadOnlyList{Event})"/> gives it, or it is read as <see cref="Event.None"/>: it keeps its id,
    /// since a hole would mean loss, and nobody receives it. Fields of other names are ignored.
    /// </summary>
    public static LogEntry Read(StreamEntry entry)
    {
        if (!EventId.TryParse(entry.Id.ToString(), out var id))
        {
            throw new FormatException($"'{entry.Id}' is not the id of a stream entry");
        }

        return new LogEntry(id, ReadEvent(entry.Values) is { } @event && @event.Refuse() is null ? @event : Event.None);
    }

    /// <summary>Reads the fields; null where a required one is missing or one has a value of another type.</summary>
    private static Event? ReadEvent(NameValueEntry[] fields)
    {
        string? topic = null;
        List<string>? alternates = null;
        ReadOnlyMemory<byte>? data = null;
        DateTimeOffset? at = null;
        string? type = null, ownId = null, traceParent = null;
        int? retry = null;
        foreach (var field in fields)
        {
            // Compared as bytes: the client compares values as numbers first, which costs more.
            var name = ((ReadOnlyMemory<byte>)field.Name).Span;
            var value = field.Value;
            if (name.SequenceEqual(Topic.Span))
            {
                if (topic is null)
                {
                    topic = value.ToString();
                }
                else if ((alternates ??= []).Count < Event.MaxTopics)
                {
                    alternates.Add(value.ToString());
                }
            }
            else if (name.SequenceEqual(Data.Span))
            {
                data = (ReadOnlyMemory<byte>)value;
            }
            else if (name.SequenceEqual(At.Span))
            {
                if (!value.TryParse(out long milliseconds) || milliseconds < FirstTime || milliseconds > LastTime)
                {
                    return null;
                }

                at = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
            }
            else if (name.SequenceEqual(Type.Span))
            {
                type = value;
            }
            else if (name.SequenceEqual(Id.Span))
            {
                ownId = value;
            }
            else if (name.SequenceEqual(Retry.Span))
            {
                if (!value.TryParse(out long milliseconds) || milliseconds is < 0 or > int.MaxValue)
                {
                    return null;
                }

                retry = (int)milliseconds;
            }
            else if (name.SequenceEqual(TraceParent.Span))
            {
                traceParent = value;
            }
        }

        return topic is null || data is null || at is null
            ? null
            : new Event
            {
                Topics = alternates is null ? [topic] : [topic, .. alternates],
                Data = data.Value,
                At = at.Value,
                Type = type,
                Id = ownId,
                Retry = retry,
                TraceParent = traceParent,
            };
    }
}
