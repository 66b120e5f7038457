using Garnet.common;
using Garnet.server;
using SseAspire.EmbeddedRedis.Streams;
using Tsavorite.core;

namespace SseAspire.EmbeddedRedis.Commands;

/// <summary>
/// <c>XADD key [NOMKSTREAM] [MAXLEN|MINID [=|~] threshold [LIMIT count]] *|ms-*|ms-seq field value …</c>
/// </summary>
internal sealed class XAdd(TimeProvider time) : CustomObjectFunctions
{
    public override bool NeedInitialUpdate(scoped ReadOnlySpan<byte> key, ref ObjectInput input, ref RespMemoryWriter writer)
    {
        // Checked before there is a key: a refused command must not leave an empty stream behind.
        var request = Request.Parse(new CommandArguments(ref input), out var error);
        if (!error.IsEmpty)
        {
            writer.WriteError(error);
            return false;
        }

        if (request.OnlyIfExists)
        {
            writer.WriteNull();
            return false;
        }

        return true;
    }

    public override bool Updater(
        ReadOnlySpan<byte> key, ref ObjectInput input, IGarnetObject value, ref RespMemoryWriter writer, ref RMWInfo rmwInfo)
    {
        var entries = ((StreamObject)value).Entries;
        var arguments = new CommandArguments(ref input);
        var request = Request.Parse(arguments, out var error);
        if (error.IsEmpty)
        {
            error = request.ChooseId(entries.LastId, time, out var id);
            if (error.IsEmpty)
            {
                entries.Append(id, RespEntry.Encode(id, arguments.From(request.FieldsAt)));
                request.Trim.Apply(entries);

                Span<byte> text = stackalloc byte[StreamId.MaxLength];
                writer.WriteBulkString(text[..id.Format(text)]);
                return true;
            }
        }

        writer.WriteError(error);
        return true;
    }

    /// <summary>The command's arguments, understood.</summary>
    private struct Request
    {
        public bool OnlyIfExists;
        public TrimOptions Trim;
        public int FieldsAt;
        private IdKind _kind;
        private StreamId _id;

        private enum IdKind
        {
            Automatic,
            AutomaticSeq,
            Explicit,
        }

        public static Request Parse(CommandArguments arguments, out ReadOnlySpan<byte> error)
        {
            var request = default(Request);
            if (arguments.Count < 3)
            {
                error = RedisErrors.WrongNumberOfArguments("xadd");
                return request;
            }

            error = request.ReadOptions(arguments, out var idAt);
            if (!error.IsEmpty)
            {
                return request;
            }

            error = request.Trim.Check(required: false);
            if (!error.IsEmpty)
            {
                return request;
            }

            request.FieldsAt = idAt + 1;
            var fields = arguments.Count - request.FieldsAt;
            if (fields < 2 || fields % 2 != 0)
            {
                error = RedisErrors.WrongNumberOfArguments("xadd");
            }
            else if (request._kind == IdKind.Explicit && request._id == StreamId.Min)
            {
                error = RedisErrors.IdZero;
            }

            return request;
        }

        /// <summary>The new entry's id after that of the newest one.</summary>
        public readonly ReadOnlySpan<byte> ChooseId(StreamId last, TimeProvider time, out StreamId id)
        {
            id = _id;
            if (last == StreamId.Max)
            {
                return RedisErrors.Exhausted;
            }

            if (_kind == IdKind.Automatic)
            {
                // A clock that was set back must not stop the stream: it goes on counting from its newest id.
                var now = (ulong)time.GetUtcNow().ToUnixTimeMilliseconds();
                id = now > last.Ms ? new StreamId(now, 0) : last.Next;
                return default;
            }

            if (_kind == IdKind.AutomaticSeq && _id.Ms == last.Ms)
            {
                id = last with { Seq = last.Seq + 1 };
                return last.Seq == ulong.MaxValue ? RedisErrors.SeqExhausted : default;
            }

            return id > last ? default : RedisErrors.IdNotLarger;
        }

        private ReadOnlySpan<byte> ReadOptions(CommandArguments arguments, out int place)
        {
            for (place = 0; place < arguments.Count;)
            {
                if (arguments[place].SequenceEqual("*"u8))
                {
                    return default;
                }

                if (Trim.TryRead(arguments, ref place, out var error))
                {
                    if (!error.IsEmpty)
                    {
                        return error;
                    }
                }
                else if (arguments.Has(place, "NOMKSTREAM"u8))
                {
                    OnlyIfExists = true;
                    place++;
                }
                else
                {
                    return ReadId(arguments[place]);
                }
            }

            return default;
        }

        private ReadOnlySpan<byte> ReadId(ReadOnlySpan<byte> text)
        {
            _kind = IdKind.Explicit;
            if (text.EndsWith("-*"u8))
            {
                _kind = IdKind.AutomaticSeq;
                text = text[..^2];
                if (text.Contains((byte)'-'))
                {
                    return RedisErrors.InvalidId;
                }
            }

            return StreamId.TryParse(text, 0, out _id) ? default : RedisErrors.InvalidId;
        }
    }
}
