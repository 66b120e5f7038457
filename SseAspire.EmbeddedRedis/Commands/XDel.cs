using Garnet.common;
using Garnet.server;
using SseAspire.EmbeddedRedis.Streams;
using Tsavorite.core;

namespace SseAspire.EmbeddedRedis.Commands;

/// <summary><c>XDEL key id …</c>: removes entries by id, says how many there were.</summary>
internal sealed class XDel : CustomObjectFunctions
{
    public override bool NeedInitialUpdate(scoped ReadOnlySpan<byte> key, ref ObjectInput input, ref RespMemoryWriter writer)
    {
        if (new CommandArguments(ref input).Count == 0)
        {
            writer.WriteError(RedisErrors.WrongNumberOfArguments("xdel"));
        }
        else
        {
            writer.WriteInt64(0);
        }

        return false;
    }

    public override bool Updater(
        ReadOnlySpan<byte> key, ref ObjectInput input, IGarnetObject value, ref RespMemoryWriter writer, ref RMWInfo rmwInfo)
    {
        var arguments = new CommandArguments(ref input);
        if (arguments.Count == 0)
        {
            writer.WriteError(RedisErrors.WrongNumberOfArguments("xdel"));
            return true;
        }

        // All or nothing: a bad id among good ones must not leave some of them deleted.
        for (var i = 0; i < arguments.Count; i++)
        {
            if (!StreamId.TryParse(arguments[i], 0, out _))
            {
                writer.WriteError(RedisErrors.InvalidId);
                return true;
            }
        }

        var entries = ((StreamObject)value).Entries;
        var deleted = 0;
        for (var i = 0; i < arguments.Count; i++)
        {
            StreamId.TryParse(arguments[i], 0, out var id);
            deleted += entries.Delete(id) ? 1 : 0;
        }

        writer.WriteInt64(deleted);
        return true;
    }
}
