using System.Text;

namespace SseAspire.EmbeddedRedis.Commands;

/// <summary>Errors in Redis' own words (7.0), by which clients know them.</summary>
internal static class RedisErrors
{
    public static ReadOnlySpan<byte> Syntax => "ERR syntax error"u8;

    public static ReadOnlySpan<byte> NotAnInteger => "ERR value is not an integer or out of range"u8;

    public static ReadOnlySpan<byte> InvalidId => "ERR Invalid stream ID specified as stream command argument"u8;

    public static ReadOnlySpan<byte> IdNotLarger =>
        "ERR The ID specified in XADD is equal or smaller than the target stream top item"u8;

    public static ReadOnlySpan<byte> IdZero => "ERR The ID specified in XADD must be greater than 0-0"u8;

    public static ReadOnlySpan<byte> Exhausted =>
        "ERR The stream has exhausted the last possible ID, unable to add more items"u8;

    // Redis' text for ms-* after ms-18446744073709551615, misleading as it is.
    public static ReadOnlySpan<byte> SeqExhausted => "ERR Elements are too large to be stored"u8;

    public static ReadOnlySpan<byte> InvalidStart => "ERR invalid start ID for the interval"u8;

    public static ReadOnlySpan<byte> InvalidEnd => "ERR invalid end ID for the interval"u8;

    public static ReadOnlySpan<byte> BothStrategies =>
        "ERR syntax error, MAXLEN and MINID options at the same time are not compatible"u8;

    public static ReadOnlySpan<byte> NegativeMaxLen => "ERR The MAXLEN argument must be >= 0."u8;

    public static ReadOnlySpan<byte> NegativeLimit => "ERR The LIMIT argument must be >= 0."u8;

    public static ReadOnlySpan<byte> LimitWithoutStrategy =>
        "ERR syntax error, LIMIT cannot be used without specifying a trimming strategy"u8;

    public static ReadOnlySpan<byte> LimitWithoutApproximation =>
        "ERR syntax error, LIMIT cannot be used without the special ~ option"u8;

    public static ReadOnlySpan<byte> NoStrategy => "ERR syntax error, XTRIM must be called with a trimming strategy"u8;

    public static ReadOnlySpan<byte> NoSuchKey => "ERR no such key"u8;

    public static ReadOnlySpan<byte> WrongType => "WRONGTYPE Operation against a key holding the wrong kind of value"u8;

    public static byte[] WrongNumberOfArguments(string command) =>
        Encoding.ASCII.GetBytes($"ERR wrong number of arguments for '{command}' command");
}
