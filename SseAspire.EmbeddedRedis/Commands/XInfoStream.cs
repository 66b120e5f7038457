using Garnet.common;
using Garnet.server;
using SseAspire.EmbeddedRedis.Streams;
using Tsavorite.core;

namespace SseAspire.EmbeddedRedis.Commands;

/// <summary>
/// What <c>XINFO STREAM key</c> answers, as a command of its own whose first argument is the key: see
/// <see cref="XInfo"/>.
/// </summary>
internal sealed class XInfoStream : CustomObjectFunctions
{
    public const string Name = "XINFO.STREAM";

    public override bool NeedInitialUpdate(scoped ReadOnlySpan<byte> key, ref ObjectInput input, ref RespMemoryWriter writer)
    {
        writer.WriteError(RedisErrors.NoSuchKey);
        return false;
    }

    // Registered as one that changes the key, though it does not: Garnet's way to run a command from a
    // procedure loses what a reading command answers for a key that is not there.
    public override bool Updater(
        ReadOnlySpan<byte> key, ref ObjectInput input, IGarnetObject value, ref RespMemoryWriter writer, ref RMWInfo rmwInfo)
    {
        var entries = ((StreamObject)value).Entries;
        writer.WriteMapLength(10);
        writer.WriteBulkString("length"u8);
        writer.WriteInt64(entries.Count);
        // There is no radix tree here.
        writer.WriteBulkString("radix-tree-keys"u8);
        writer.WriteInt64(0);
        writer.WriteBulkString("radix-tree-nodes"u8);
        writer.WriteInt64(0);
        WriteId("last-generated-id"u8, entries.LastId, ref writer);
        WriteId("max-deleted-entry-id"u8, entries.MaxDeletedId, ref writer);
        writer.WriteBulkString("entries-added"u8);
        writer.WriteInt64(entries.Added);
        WriteId("recorded-first-entry-id"u8, entries.FirstId, ref writer);
        writer.WriteBulkString("groups"u8);
        writer.WriteInt64(0);
        WriteEntry("first-entry"u8, entries, 0, ref writer);
        WriteEntry("last-entry"u8, entries, entries.Count - 1, ref writer);
        return true;
    }

    private static void WriteId(ReadOnlySpan<byte> name, StreamId id, ref RespMemoryWriter writer)
    {
        Span<byte> text = stackalloc byte[StreamId.MaxLength];
        writer.WriteBulkString(name);
        writer.WriteBulkString(text[..id.Format(text)]);
    }

    private static void WriteEntry(ReadOnlySpan<byte> name, StreamEntries entries, int place, ref RespMemoryWriter writer)
    {
        writer.WriteBulkString(name);
        if (entries.Count == 0)
        {
            writer.WriteNull();
        }
        else
        {
            writer.WriteDirect(entries[place]);
        }
    }
}
