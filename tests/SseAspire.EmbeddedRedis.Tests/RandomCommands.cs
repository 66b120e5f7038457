namespace SseAspire.EmbeddedRedis.Tests;

/// <summary>
/// Stream commands over a few keys, the same for the same seed. Ids lie close together, so that they
/// collide, fall between entries and run backwards as often as they fit.
/// </summary>
internal sealed class RandomCommands(int seed)
{
    /// <summary>The keys used; the last one's ids lie in the future, so that <c>*</c> counts on instead of telling the time.</summary>
    public static readonly string[] Keys = ["a", "b", "future"];

    private const long Future = 9_999_999_999_000;

    private readonly Random _random = new(seed);
    private readonly long[] _ms = [1, 1, Future];

    public string[] Next()
    {
        var key = _random.Next(Keys.Length);
        return _random.Next(100) switch
        {
            < 50 => Add(key),
            < 75 => Range(key),
            < 83 => ["XLEN", Keys[key]],
            < 89 => ["XDEL", Keys[key], .. Enumerable.Range(0, _random.Next(1, 4)).Select(_ => Near(key))],
            < 94 => ["XTRIM", Keys[key], .. Trim(key)],
            < 98 => ["XINFO", "STREAM", Keys[key]],
            98 => ["EXISTS", Keys[key]],
            _ when key < 2 && _random.Next(3) == 0 => ["DEL", Keys[key]],
            _ => ["XRANGE", Keys[key], "-", "+"],
        };
    }

    /// <summary>The command that trims exactly where the one given was allowed to leave more.</summary>
    public static string[] TrimExactly(string[] command)
    {
        var sign = Array.IndexOf(command, "~");
        return ["XTRIM", command[1], command[sign - 1], "=", command[sign + 1]];
    }

    private string[] Add(int key)
    {
        _ms[key] += _random.Next(10) == 0 ? 1 : 0;
        var id = _random.Next(10) switch
        {
            < 4 => $"{_ms[key]}-*",
            4 when key == 2 => "*",
            5 => $"{_ms[key]}-{_random.Next(40)}",
            6 => Near(key),
            7 => $"{_ms[key] + 1}",
            _ => $"{_ms[key]}-*",
        };
        string[] options = _random.Next(8) switch
        {
            0 => Trim(key),
            1 => ["NOMKSTREAM"],
            _ => [],
        };
        var fields = Enumerable.Range(0, _random.Next(1, 4)).SelectMany(i => (string[])[$"f{i}", new string('x', _random.Next(20))]);
        return ["XADD", Keys[key], .. options, id, .. fields];
    }

    private string[] Trim(int key)
    {
        string[] sign = _random.Next(3) switch { 0 => ["~"], 1 => ["="], _ => [] };
        string[] threshold = _random.Next(2) == 0 ? ["MAXLEN", .. sign, $"{_random.Next(5, 60)}"] : ["MINID", .. sign, Near(key)];
        return sign is ["~"] && _random.Next(2) == 0 ? [.. threshold, "LIMIT", $"{_random.Next(3) * 50}"] : threshold;
    }

    private string[] Range(int key)
    {
        string[] bounds = [Bound(key, "-"), Bound(key, "+")];
        var reverse = _random.Next(2) == 0;
        string[] count = _random.Next(3) == 0 ? ["COUNT", $"{_random.Next(-1, 20)}"] : [];
        return reverse
            ? ["XREVRANGE", Keys[key], bounds[1], bounds[0], .. count]
            : ["XRANGE", Keys[key], bounds[0], bounds[1], .. count];
    }

    private string Bound(int key, string end) => _random.Next(6) switch
    {
        0 => end,
        1 => "(" + Near(key),
        _ => Near(key),
    };

    private string Near(int key)
    {
        var ms = Math.Max(0, _ms[key] - _random.Next(6) + 1);
        return _random.Next(3) == 0 ? $"{ms}" : $"{ms}-{_random.Next(30)}";
    }
}
