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
    /// Lays events out for <c>Append.lua</c>: for each of them the number of values and the values, name,
    /// value, name, value …
    /// </summary>
    public static List<RedisValue> Write(IReadOnlyList<Event> events)
    {
        var values = new List<RedisValue>(events.Count * 9);
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
        foreach (var topic in @event.Topics)
        {
            values.Add(Topic);
            values.Add(topic);
        }

        values.Add(Data);
        values.Add(@event.Data);
        values.Add(At);
        values.Add(@event.At.ToUnixTimeMilliseconds());
        Add(Type, @event.Type);
        Add(Id, @event.Id);
        Add(Retry, @event.Retry);
        Add(TraceParent, @event.TraceParent);
        values[count] = values.Count - count - 1;

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
    /// Reads an entry. One that no publisher could have made, because somebody else wrote it into the
    /// stream, is given no topics, so nobody receives it; it keeps its place all the same, since a hole
    /// would mean loss. A number that is none is read as absent.
    /// </summary>
    public static LogEntry Read(StreamEntry entry)
    {
        if (!EventId.TryParse(entry.Id.ToString(), out var place))
        {
            throw new FormatException($"'{entry.Id}' is not the id of a stream entry");
        }

        string? topic = null;
        List<string>? alternates = null;
        ReadOnlyMemory<byte> data = default;
        var at = DateTimeOffset.UnixEpoch;
        string? type = null, id = null, traceParent = null;
        int? retry = null;
        foreach (var field in entry.Values)
        {
            // Compared as bytes: two values of Redis are equal too where both are the same number, which costs more to see.
            var name = ((ReadOnlyMemory<byte>)field.Name).Span;
            var value = field.Value;
            if (name.SequenceEqual(Topic.Span))
            {
                if (topic is null)
                {
                    topic = value.ToString();
                }
                else
                {
                    (alternates ??= []).Add(value.ToString());
                }
            }
            else if (name.SequenceEqual(Data.Span))
            {
                data = value;
            }
            else if (name.SequenceEqual(At.Span))
            {
                if (value.TryParse(out long milliseconds) && milliseconds >= FirstTime && milliseconds <= LastTime)
                {
                    at = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
                }
            }
            else if (name.SequenceEqual(Type.Span))
            {
                type = value;
            }
            else if (name.SequenceEqual(Id.Span))
            {
                id = value;
            }
            else if (name.SequenceEqual(Retry.Span))
            {
                retry = value.TryParse(out long milliseconds) && milliseconds <= int.MaxValue
                    ? (int)Math.Max(milliseconds, -1)
                    : null;
            }
            else if (name.SequenceEqual(TraceParent.Span))
            {
                traceParent = value;
            }
        }

        var @event = new Event
        {
            Topics = topic is null ? [] : alternates is null ? [topic] : [topic, .. alternates],
            Data = data,
            At = at,
            Type = type,
            Id = id,
            Retry = retry,
            TraceParent = traceParent,
        };

        // What is checked when it is published is not checked when somebody writes to Redis: a line end in
        // the type would inject fields into every reader's stream.
        return new LogEntry(place, @event.Refuse() is null ? @event : @event with { Topics = [] });
    }
}
