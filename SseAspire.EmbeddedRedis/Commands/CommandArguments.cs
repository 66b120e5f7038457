using System.Buffers.Text;
using System.Text;
using Garnet.server;

namespace SseAspire.EmbeddedRedis.Commands;

/// <summary>The arguments of a command after its key, in order.</summary>
internal readonly ref struct CommandArguments
{
    private readonly ref SessionParseState _arguments;
    private readonly int _start;

    public CommandArguments(ref ObjectInput input)
        : this(ref input.parseState, 0)
    {
    }

    private CommandArguments(ref SessionParseState arguments, int start)
    {
        _arguments = ref arguments;
        _start = start;
    }

    public int Count => _arguments.Count - _start;

    public ReadOnlySpan<byte> this[int place] => _arguments.GetArgSliceByRef(_start + place).ReadOnlySpan;

    /// <summary>Those from a place on.</summary>
    public CommandArguments From(int place) => new(ref _arguments, _start + place);

    /// <summary>Whether there is that word at a place, in any case.</summary>
    public bool Has(int place, ReadOnlySpan<byte> word) =>
        place < Count && Ascii.EqualsIgnoreCase(this[place], word);

    /// <summary>Reads a signed 64-bit number as strictly as Redis: no leading zero, plus or space.</summary>
    public bool TryGetInt64(int place, out long value)
    {
        var text = this[place];
        var digits = text is [(byte)'-', ..] ? text[1..] : text;
        value = 0;
        return text.SequenceEqual("0"u8)
            || (digits is [>= (byte)'1' and <= (byte)'9', ..]
                && Utf8Parser.TryParse(text, out value, out var read)
                && read == text.Length);
    }
}
