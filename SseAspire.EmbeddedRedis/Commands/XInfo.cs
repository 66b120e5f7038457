using System.Buffers;
using System.Text;
using Garnet.common;
using Garnet.server;

namespace SseAspire.EmbeddedRedis.Commands;

/// <summary>
/// <c>XINFO STREAM key</c>. Garnet takes a custom command's first argument for the key, and here it is the
/// second; so this is a procedure that runs <see cref="XInfoStream"/> with the right one.
/// </summary>
/// <remarks>
/// Garnet runs procedures outside of the transaction they are called in. Called by a script or in a MULTI
/// that holds the stream's lock, it would wait for that lock for ever: ask for the information on its own.
/// </remarks>
internal sealed class XInfo : CustomProcedure
{
    public override bool Execute<TGarnetApi>(TGarnetApi garnetApi, ref CustomProcedureInput procInput, ref MemoryResult<byte> output)
    {
        var place = 0;
        var subcommand = GetNextArg(ref procInput, ref place);
        if (!Ascii.EqualsIgnoreCase(subcommand.ReadOnlySpan, "STREAM"u8))
        {
            WriteError(ref output, $"ERR unknown subcommand '{Encoding.UTF8.GetString(subcommand.ReadOnlySpan)}'. Try XINFO HELP.");
            return true;
        }

        if (procInput.parseState.Count == 1)
        {
            WriteError(ref output, "ERR wrong number of arguments for 'xinfo|stream' command");
            return true;
        }

        if (procInput.parseState.Count > 2)
        {
            WriteError(
                ref output,
                $"ERR unknown subcommand or wrong number of arguments for '{Encoding.ASCII.GetString(subcommand.ReadOnlySpan)}'. Try XINFO HELP.");
            return true;
        }

        var key = GetNextArg(ref procInput, ref place);
        ParseCustomObjectCommand(XInfoStream.Name, out var command);
        ExecuteCustomObjectCommand(garnetApi, command, key, [], out var answer);

        // Garnet hands over the error of a key of another type without its end, for which the client would
        // wait for ever.
        var text = answer.ReadOnlySpan;
        if (!text.EndsWith("\r\n"u8))
        {
            WriteError(ref output, Encoding.ASCII.GetString(RedisErrors.WrongType));
            return true;
        }

        output.MemoryOwner = MemoryPool.Rent(text.Length);
        output.Length = text.Length;
        text.CopyTo(output.MemoryOwner.Memory.Span);
        return true;
    }
}
