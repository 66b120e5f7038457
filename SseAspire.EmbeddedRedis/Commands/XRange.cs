using Garnet.common;
using Garnet.server;
using SseAspire.EmbeddedRedis.Streams;
using Tsavorite.core;

namespace SseAspire.EmbeddedRedis.Commands;

/// <summary>
/// <c>XRANGE key start end [COUNT n]</c>, and with the bounds and the order turned round
/// <c>XREVRANGE key end start [COUNT n]</c>. A bound is an id, <c>-</c>, <c>+</c>, or an id after <c>(</c>,
/// which is itself left out.
/// </summary>
internal sealed class XRange(bool reverse) : CustomObjectFunctions
{
    public override bool Reader(
        ReadOnlySpan<byte> key, ref ObjectInput input, IGarnetObject value, ref RespMemoryWriter writer, ref ReadInfo readInfo)
    {
        var error = TryParse(new CommandArguments(ref input), out var start, out var end, out var count);
        if (!error.IsEmpty)
        {
            writer.WriteError(error);
        }
        else if (count == 0)
        {
            writer.WriteNullArray();
        }
        else
        {
            Write(((StreamObject)value).Entries, start, end, count, ref writer);
        }

        return true;
    }

    public override void NotFound(ReadOnlySpan<byte> key, ref ObjectInput input, ref RespMemoryWriter writer)
    {
        var error = TryParse(new CommandArguments(ref input), out _, out _, out _);
        if (!error.IsEmpty)
        {
            writer.WriteError(error);
        }
        else
        {
            writer.WriteEmptyArray();
        }
    }

    private ReadOnlySpan<byte> TryParse(CommandArguments arguments, out StreamId start, out StreamId end, out long count)
    {
        start = end = default;
        count = long.MaxValue;
        if (arguments.Count < 2)
        {
            return RedisErrors.WrongNumberOfArguments(reverse ? "xrevrange" : "xrange");
        }

        if (!TryParseBound(arguments[reverse ? 1 : 0], 0, out start, out var exclusive))
        {
            return RedisErrors.InvalidId;
        }

        if (exclusive)
        {
            if (start == StreamId.Max)
            {
                return RedisErrors.InvalidStart;
            }

            start = start.Next;
        }

        if (!TryParseBound(arguments[reverse ? 0 : 1], ulong.MaxValue, out end, out exclusive))
        {
            return RedisErrors.InvalidId;
        }

        if (exclusive)
        {
            if (end == StreamId.Min)
            {
                return RedisErrors.InvalidEnd;
            }

            end = end.Previous;
        }

        for (var place = 2; place < arguments.Count; place += 2)
        {
            if (!arguments.Has(place, "COUNT"u8) || place + 1 == arguments.Count)
            {
                return RedisErrors.Syntax;
            }

            if (!arguments.TryGetInt64(place + 1, out count))
            {
                return RedisErrors.NotAnInteger;
            }

            count = Math.Max(0, count);
        }

        return default;
    }

    private static bool TryParseBound(ReadOnlySpan<byte> text, ulong missingSeq, out StreamId id, out bool exclusive)
    {
        exclusive = text is [(byte)'(', _, ..];
        return exclusive
            ? StreamId.TryParse(text[1..], missingSeq, out id)
            : StreamId.TryParseBound(text, missingSeq, out id);
    }

    private void Write(StreamEntries entries, StreamId start, StreamId end, long limit, ref RespMemoryWriter writer)
    {
        var first = entries.PlaceOf(start);
        var behind = end == StreamId.Max ? entries.Count : entries.PlaceOf(end.Next);
        var count = (int)Math.Min(Math.Max(0, behind - first), limit);
        writer.WriteArrayLength(count);
        for (var i = 0; i < count; i++)
        {
            writer.WriteDirect(entries[reverse ? behind - 1 - i : first + i]);
        }
    }
}
