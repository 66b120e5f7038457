namespace SseAspire.Benchmarks.Servers;

/// <summary>What a server's managed heap has done since its start.</summary>
/// <param name="Bytes">Allocated.</param>
/// <param name="Collections">Garbage collections of any generation.</param>
internal readonly record struct Allocation(long Bytes, int Collections)
{
    public static Allocation operator -(Allocation after, Allocation before) =>
        new(after.Bytes - before.Bytes, after.Collections - before.Collections);
}
