using Garnet.common;
using Garnet.server;
using SseAspire.EmbeddedRedis.Streams;
using Tsavorite.core;

namespace SseAspire.EmbeddedRedis.Commands;

/// <summary><c>XTRIM key MAXLEN|MINID [=|~] threshold [LIMIT count]</c>: removes the oldest entries, says how many.</summary>
internal sealed class XTrim : CustomObjectFunctions
{
    public override bool NeedInitialUpdate(scoped ReadOnlySpan<byte> key, ref ObjectInput input, ref RespMemoryWriter writer)
    {
        var error = TryParse(new CommandArguments(ref input), out _);
        if (error.IsEmpty)
        {
            writer.WriteInt64(0);
        }
        else
        {
            writer.WriteError(error);
        }

        return false;
    }

    public override bool Updater(
        ReadOnlySpan<byte> key, ref ObjectInput input, IGarnetObject value, ref RespMemoryWriter writer, ref RMWInfo rmwInfo)
    {
        var error = TryParse(new CommandArguments(ref input), out var options);
        if (error.IsEmpty)
        {
            writer.WriteInt64(options.Apply(((StreamObject)value).Entries));
        }
        else
        {
            writer.WriteError(error);
        }

        return true;
    }

    private static ReadOnlySpan<byte> TryParse(CommandArguments arguments, out TrimOptions options)
    {
        options = default;
        if (arguments.Count < 2)
        {
            return RedisErrors.WrongNumberOfArguments("xtrim");
        }

        for (var place = 0; place < arguments.Count;)
        {
            if (!options.TryRead(arguments, ref place, out var error))
            {
                return RedisErrors.Syntax;
            }

            if (!error.IsEmpty)
            {
                return error;
            }
        }

        return options.Check(required: true);
    }
}
