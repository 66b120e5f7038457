using System.Globalization;

namespace SseAspire.Broker;

/// <summary>What <c>Append.lua</c> answers: <c>&lt;last id or -&gt;[ &lt;index&gt;=&lt;id&gt;]…</c>.</summary>
/// <param name="Last">The id of the last event appended, or null where the log had all of them already.</param>
/// <param name="Known">The events that the log had already, by their index in the batch.</param>
internal readonly record struct AppendReply(EventId? Last, IReadOnlyDictionary<int, EventId> Known)
{
    private static readonly IReadOnlyDictionary<int, EventId> None = new Dictionary<int, EventId>();

    /// <exception cref="FormatException">It is not such an answer.</exception>
    public static AppendReply Parse(string reply)
    {
        if (EventId.TryParse(reply, out var only))
        {
            return new AppendReply(only, None);
        }

        string[] parts = reply.Split(' ');
        var last = parts[0] == "-" ? null : (EventId?)ParseId(parts[0], reply);
        var known = new Dictionary<int, EventId>(parts.Length - 1);
        foreach (var part in parts.AsSpan(1))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            known.Add(int.Parse(part.AsSpan(0, Math.Max(equals, 0)), CultureInfo.InvariantCulture), ParseId(part[(equals + 1)..], reply));
        }

        return new AppendReply(last, known);
    }

    /// <summary>The id of each event of the batch, in order.</summary>
    public EventId[] Expand(int events)
    {
        var ids = new EventId[events];
        var next = Last.GetValueOrDefault();
        for (var i = events - 1; i >= 0; i--)
        {
            if (Known.Count > 0 && Known.TryGetValue(i, out var id))
            {
                ids[i] = id;
            }
            else
            {
                ids[i] = next;
                next = next with { Sequence = next.Sequence - 1 };
            }
        }

        return ids;
    }

    private static EventId ParseId(string text, string reply) =>
        EventId.TryParse(text, out var id) ? id : throw new FormatException($"the append script answered '{reply}'");
}
