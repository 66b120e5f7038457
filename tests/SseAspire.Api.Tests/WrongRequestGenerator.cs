using System.Globalization;
using System.Text;
using System.Text.Json;

namespace SseAspire.Api.Tests;

/// <summary>
/// Makes wrong requests at random, each wrong for certain and in one field. The same seed makes the same ones.
/// </summary>
internal sealed class WrongRequestGenerator(int seed)
{
    private static readonly string[] Letters =
        [.. "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 /.,:;-_%&=+?#\"'\\<>{}[]()".Select(c => c.ToString()), "é", "ж", "語", "💡", "\u200b", "\u2028"];

    private readonly Random _random = new(seed);

    public WrongRequest Next() => _random.Next(11) switch
    {
        0 => ControlInForm(),
        1 => ControlInJson(),
        2 => NotUtf8InForm(),
        3 => NotUtf8InQuery(),
        4 => TooLong(),
        5 => BadElementOfBatch(),
        6 => CutJson(),
        7 => NumberOutOfRange(),
        8 => UnknownContentType(),
        9 => UnknownField(),
        _ => Noise(),
    };

    private WrongRequest ControlInForm()
    {
        var field = Pick("topic", "type", "id");
        return Post(WrongRequest.Form, FormWith(field, Escape(Encoding.UTF8.GetBytes(WithControl()))), field);
    }

    private WrongRequest ControlInJson()
    {
        var field = Pick("topic", "type", "id");
        return Post(WrongRequest.Json, JsonWith(field, JsonSerializer.Serialize(WithControl())), field);
    }

    private WrongRequest NotUtf8InForm()
    {
        var field = Pick("topic", "data", "type", "id");
        var bytes = NotUtf8();
        // Raw or escaped, as far as raw bytes are not the form's own signs.
        var isRaw = _random.Next(2) == 0 && !bytes.AsSpan().ContainsAny("&=%+"u8);
        return Post(WrongRequest.Form, FormWith(field, isRaw ? Encoding.Latin1.GetString(bytes) : Escape(bytes)), field);
    }

    private WrongRequest NotUtf8InQuery()
    {
        return Get($"{Pick("/events", "/events/poll", "/events/long-poll")}?topic={Escape(NotUtf8())}", "topic");
    }

    private WrongRequest TooLong()
    {
        var field = Pick("topic", "type", "id");
        var text = Text(257, 3_000);
        return _random.Next(2) == 0
            ? Post(WrongRequest.Form, FormWith(field, Escape(Encoding.UTF8.GetBytes(text))), field)
            : Post(WrongRequest.Json, JsonWith(field, JsonSerializer.Serialize(text)), field);
    }

    private WrongRequest BadElementOfBatch()
    {
        var elements = Enumerable.Range(0, _random.Next(1, 40)).Select(_ => GoodJson()).ToList();
        var index = _random.Next(elements.Count);
        var field = Pick("topic", "type", "id");
        elements[index] = JsonWith(field, JsonSerializer.Serialize(WithControl()));
        return Post(WrongRequest.Json, $"[{string.Join(',', elements)}]", $"[{index}].{field}");
    }

    private WrongRequest CutJson()
    {
        var whole = _random.Next(2) == 0 ? GoodJson() : $"[{GoodJson()},{GoodJson()}]";
        return Post(WrongRequest.Json, whole[.._random.Next(1, whole.Length)], "body");
    }

    private WrongRequest NumberOutOfRange()
    {
        var number = _random.Next(2) == 0
            ? _random.NextInt64(long.MinValue, 0)
            : _random.NextInt64(int.MaxValue + 1L, long.MaxValue);
        var text = number.ToString(CultureInfo.InvariantCulture);
        return _random.Next(6) switch
        {
            4 => Get($"/events/long-poll?topic=a&wait={text}", "wait"),
            0 => Get($"/events?topic=a&history={text}", "history"),
            1 => Get($"/events/poll?topic=a&limit={text}", "limit"),
            2 => Post(WrongRequest.Form, FormWith("retry", text), "retry"),
            3 => Post(WrongRequest.Json, JsonWith("retry", text), "retry"),
            _ => WrongRequest.Get("", $"/operations/drop?share={text}", "share", "Content-Length: 0\r\n", "POST"),
        };
    }

    private WrongRequest UnknownContentType() =>
        WrongRequest.Post("", $"x-{Token()}/{Token()}", GoodJson(), "Content-Type", 415);

    private WrongRequest UnknownField()
    {
        var field = $"x{Token()}";
        return _random.Next(2) == 0
            ? Post(WrongRequest.Form, FormWith(field, "1"), field)
            : Post(WrongRequest.Json, JsonWith(field, "1"), field);
    }

    /// <summary>Bytes without a blank are no request line, whatever else they are.</summary>
    private WrongRequest Noise()
    {
        var bytes = new byte[_random.Next(1, 300)];
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)_random.Next('!', 256);
        }

        return WrongRequest.Raw("", $"{Encoding.Latin1.GetString(bytes)}\r\n\r\n", null);
    }

    private static WrongRequest Get(string target, string field) => WrongRequest.Get("", target, field);

    private static WrongRequest Post(string contentType, string body, string field) => WrongRequest.Post("", contentType, body, field);

    /// <summary>A form that is right but for one field, whose value is given as it is sent.</summary>
    private string FormWith(string field, string value)
    {
        List<string> fields = [$"{field}={value}"];
        foreach (var other in (string[])["topic", "data"])
        {
            if (other != field)
            {
                fields.Insert(_random.Next(fields.Count + 1), $"{other}={Escape(Encoding.UTF8.GetBytes(Text(1, 20)))}");
            }
        }

        return string.Join('&', fields);
    }

    private string JsonWith(string field, string value)
    {
        List<string> fields = [$"\"{field}\":{value}"];
        foreach (var other in (string[])["topic", "data"])
        {
            if (other != field)
            {
                fields.Insert(_random.Next(fields.Count + 1), $"\"{other}\":{JsonSerializer.Serialize(Text(1, 20))}");
            }
        }

        return $"{{{string.Join(',', fields)}}}";
    }

    private string GoodJson() => JsonWith("topic", JsonSerializer.Serialize(Text(1, 20)));

    /// <summary>Text that is right for any field.</summary>
    private string Text(int least, int most) =>
        "x" + string.Concat(Enumerable.Range(0, _random.Next(least, most)).Select(_ => Letters[_random.Next(Letters.Length)]));

    private string WithControl()
    {
        var text = Text(0, 30);
        var runes = text.EnumerateRunes().ToList();
        var control = Pick(_random.Next(0x20), _random.Next(0x7f, 0xa0));
        runes.Insert(_random.Next(runes.Count + 1), new Rune(control));
        return string.Concat(runes);
    }

    private byte[] NotUtf8()
    {
        List<byte> bytes = [.. Encoding.UTF8.GetBytes(Text(0, 30))];
        // Bytes that UTF-8 never has.
        bytes.Insert(_random.Next(bytes.Count + 1), (byte)Pick(0xc0, 0xc1, _random.Next(0xf5, 0x100)));
        return [.. bytes];
    }

    private string Token() => string.Concat(Enumerable.Range(0, _random.Next(1, 12)).Select(_ => (char)_random.Next('a', 'z' + 1)));

    private static string Escape(byte[] bytes) => string.Concat(bytes.Select(b => $"%{b:X2}"));

    private T Pick<T>(params ReadOnlySpan<T> choices) => choices[_random.Next(choices.Length)];
}
