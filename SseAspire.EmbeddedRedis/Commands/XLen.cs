using Garnet.common;
using Garnet.server;
using SseAspire.EmbeddedRedis.Streams;
using Tsavorite.core;

namespace SseAspire.EmbeddedRedis.Commands;

/// <summary><c>XLEN key</c>: how many entries the stream has; 0 if there is none.</summary>
internal sealed class XLen : CustomObjectFunctions
{
    public override bool Reader(
        ReadOnlySpan<byte> key, ref ObjectInput input, IGarnetObject value, ref RespMemoryWriter writer, ref ReadInfo readInfo)
    {
        Write(((StreamObject)value).Entries.Count, ref input, ref writer);
        return true;
    }

    public override void NotFound(ReadOnlySpan<byte> key, ref ObjectInput input, ref RespMemoryWriter writer) =>
        Write(0, ref input, ref writer);

    private static void Write(int count, ref ObjectInput input, ref RespMemoryWriter writer)
    {
        if (new CommandArguments(ref input).Count > 0)
        {
            writer.WriteError(RedisErrors.WrongNumberOfArguments("xlen"));
        }
        else
        {
            writer.WriteInt64(count);
        }
    }
}
