using System.Globalization;
using System.Text;

namespace SseAspire.Api.Http;

/// <summary>
/// Fields of <c>application/x-www-form-urlencoded</c>, as queries and form bodies have them (URL standard, 5.1),
/// in order, decoded strictly: what is not valid UTF-8 is refused, not replaced, because a topic with a
/// replaced character would be another topic.
/// </summary>
internal sealed class FormFields
{
    /// <summary>The most fields that are read.</summary>
    public const int MaxFields = 2_000;

    /// <summary>What stands for a value that cannot be decoded: U+FFFD.</summary>
    public const string Undecodable = "\uFFFD";

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly List<(string Name, string Value)> _fields = [];

    private FormFields()
    {
    }

    /// <summary>Decodes the fields.</summary>
    /// <param name="encoded">The bytes between the <c>?</c> and the end, or the body.</param>
    /// <param name="whole">What to blame where a name is wrong: <c>query</c> or <c>body</c>.</param>
    /// <param name="isReplaced">Whether a field's value is replaced by <see cref="Undecodable"/> where it cannot be decoded,
    /// instead of being refused; none where it is null.</param>
    /// <exception cref="BadRequestException">A value is not valid UTF-8 or has a broken percent escape.</exception>
    public static FormFields Parse(ReadOnlySpan<byte> encoded, string whole, Func<string, bool>? isReplaced = null)
    {
        var fields = new FormFields();
        foreach (var range in encoded.Split((byte)'&'))
        {
            var field = encoded[range];
            if (field.IsEmpty)
            {
                continue;
            }

            if (fields._fields.Count == MaxFields)
            {
                throw new BadRequestException(whole, $"has more than {MaxFields} fields");
            }

            var equals = field.IndexOf((byte)'=');
            var name = Decode(equals < 0 ? field : field[..equals], whole);
            fields._fields.Add((name, equals < 0 ? "" : DecodeValue(field[(equals + 1)..], name, whole, isReplaced)));
        }

        return fields;
    }

    private static string DecodeValue(ReadOnlySpan<byte> encoded, string name, string whole, Func<string, bool>? isReplaced)
    {
        try
        {
            return Decode(encoded, name.Length > 0 ? name : whole);
        }
        catch (BadRequestException) when (isReplaced?.Invoke(name) == true)
        {
            return Undecodable;
        }
    }

    /// <summary>The names of the fields, in order.</summary>
    public IEnumerable<string> Names => _fields.Select(pair => pair.Name);

    /// <summary>The fields, in order.</summary>
    public IReadOnlyList<(string Name, string Value)> Pairs => _fields;

    /// <summary>Every value of a field, in order.</summary>
    public IReadOnlyList<string> All(string name)
    {
        // A loop, because each stream that is opened asks for many fields, most of which are not given.
        List<string>? values = null;
        foreach (var field in _fields)
        {
            if (field.Name == name)
            {
                (values ??= []).Add(field.Value);
            }
        }

        return values ?? [];
    }

    /// <summary>The value of a field that may be given once, or null.</summary>
    public string? One(string name) => All(name) switch
    {
        [] => null,
        [var value] => value,
        _ => throw new BadRequestException(name, "is given more than once"),
    };

    /// <summary>A whole number, or what stands for it where it is not given.</summary>
    public int Number(string name, int missing, int least, int most) => One(name) switch
    {
        null => missing,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most => number,
        _ => throw new BadRequestException(name, $"is not a whole number from {least} to {most}"),
    };

    /// <summary>A <c>true</c> or <c>false</c>, false where it is not given.</summary>
    public bool Flag(string name) => One(name) switch
    {
        null or "false" => false,
        "true" => true,
        _ => throw new BadRequestException(name, "is neither 'true' nor 'false'"),
    };

    private static string Decode(ReadOnlySpan<byte> encoded, string field)
    {
        var bytes = new byte[encoded.Length];
        var length = 0;
        for (var i = 0; i < encoded.Length; i++)
        {
            bytes[length++] = encoded[i] switch
            {
                (byte)'+' => (byte)' ',
                (byte)'%' => DecodeEscape(encoded, ref i, field),
                var other => other,
            };
        }

        try
        {
            return StrictUtf8.GetString(bytes, 0, length);
        }
        catch (DecoderFallbackException)
        {
            throw new BadRequestException(field, "is not valid UTF-8");
        }
    }

    private static byte DecodeEscape(ReadOnlySpan<byte> encoded, ref int i, string field)
    {
        if (i + 2 < encoded.Length
            && byte.TryParse(encoded.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
        {
            i += 2;
            return value;
        }

        throw new BadRequestException(field, "has a '%' that begins no escape; write it as %25");
    }
}
