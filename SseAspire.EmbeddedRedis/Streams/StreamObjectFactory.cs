using Garnet.server;

namespace SseAspire.EmbeddedRedis.Streams;

/// <summary>Makes the streams of one server; Garnet knows the type by this very instance.</summary>
internal sealed class StreamObjectFactory : CustomObjectFactory
{
    public override CustomObjectBase Create(byte type) => new StreamObject(type);

    public override CustomObjectBase Deserialize(byte type, BinaryReader reader) => throw MemoryOnly();

    public static NotSupportedException MemoryOnly() => new("The embedded broker keeps streams in memory only.");
}
