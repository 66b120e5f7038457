using SseAspire.EmbeddedRedis.Streams;

namespace SseAspire.EmbeddedRedis.Commands;

/// <summary>
/// <c>MAXLEN|MINID [=|~] threshold [LIMIT count]</c>, which XADD and XTRIM share.
/// </summary>
/// <remarks>
/// With <c>~</c> Redis removes whole nodes only, because that is cheaper there, and may keep more than was
/// asked for. Here an entry is as cheap to remove as any other, so none more is kept.
/// </remarks>
internal struct TrimOptions
{
    // Redis' own bound for ~ without LIMIT: 100 nodes of 100 entries.
    private const long DefaultLimit = 10_000;

    private Strategy _strategy;
    private bool _approximate;
    private long _maxLen;
    private StreamId _minId;
    private long? _limit;

    private enum Strategy
    {
        None,
        MaxLen,
        MinId,
    }

    private readonly bool IsGiven => _strategy != Strategy.None;

    /// <summary>Reads one option if it is one of trimming.</summary>
    /// <param name="place">Where the option stands; moved behind it if it was read.</param>
    /// <param name="error">What is wrong with it; empty if nothing is.</param>
    /// <returns>Whether it is an option of trimming.</returns>
    public bool TryRead(scoped CommandArguments arguments, scoped ref int place, out ReadOnlySpan<byte> error)
    {
        error = default;
        if (place + 1 >= arguments.Count)
        {
            return false;
        }

        if (arguments.Has(place, "LIMIT"u8))
        {
            error = ReadLimit(arguments, place + 1);
            place += 2;
            return true;
        }

        var byLength = arguments.Has(place, "MAXLEN"u8);
        if (!byLength && !arguments.Has(place, "MINID"u8))
        {
            return false;
        }

        if (IsGiven)
        {
            error = RedisErrors.BothStrategies;
            return true;
        }

        place++;
        var mayHaveSign = place + 1 < arguments.Count;
        _approximate = mayHaveSign && arguments[place].SequenceEqual("~"u8);
        if (_approximate || (mayHaveSign && arguments[place].SequenceEqual("="u8)))
        {
            place++;
        }

        error = byLength ? ReadMaxLen(arguments, place) : ReadMinId(arguments, place);
        place++;
        return true;
    }

    /// <summary>What is wrong with the options together; empty if nothing is.</summary>
    /// <param name="required">Whether there must be any.</param>
    public readonly ReadOnlySpan<byte> Check(bool required)
    {
        if (!IsGiven && _limit > 0)
        {
            return RedisErrors.LimitWithoutStrategy;
        }

        if (!IsGiven && required)
        {
            return RedisErrors.NoStrategy;
        }

        return _limit is not null && !_approximate ? RedisErrors.LimitWithoutApproximation : default;
    }

    /// <summary>Removes from the stream what the options say.</summary>
    /// <returns>How many entries were removed.</returns>
    public readonly int Apply(StreamEntries entries)
    {
        long surplus = _strategy switch
        {
            Strategy.MaxLen => Math.Max(0, entries.Count - _maxLen),
            Strategy.MinId => entries.PlaceOf(_minId),
            _ => 0,
        };
        var limit = _approximate ? _limit ?? DefaultLimit : 0;
        var count = (int)(limit == 0 ? surplus : Math.Min(surplus, limit));
        entries.TrimFront(count);
        return count;
    }

    private ReadOnlySpan<byte> ReadLimit(scoped CommandArguments arguments, int place)
    {
        if (!arguments.TryGetInt64(place, out var limit))
        {
            return RedisErrors.NotAnInteger;
        }

        _limit = limit;
        return limit < 0 ? RedisErrors.NegativeLimit : default;
    }

    private ReadOnlySpan<byte> ReadMaxLen(scoped CommandArguments arguments, int place)
    {
        _strategy = Strategy.MaxLen;
        if (!arguments.TryGetInt64(place, out _maxLen))
        {
            return RedisErrors.NotAnInteger;
        }

        return _maxLen < 0 ? RedisErrors.NegativeMaxLen : default;
    }

    private ReadOnlySpan<byte> ReadMinId(scoped CommandArguments arguments, int place)
    {
        _strategy = Strategy.MinId;
        return StreamId.TryParse(arguments[place], 0, out _minId) ? default : RedisErrors.InvalidId;
    }
}
