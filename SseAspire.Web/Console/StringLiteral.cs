using System.Globalization;
using System.Text;

namespace SseAspire.Web.Console;

/// <summary>Text as a string literal of C# and of JavaScript, whose escapes are the same as far as they are used here.</summary>
internal static class StringLiteral
{
    /// <summary>For JavaScript, between single quotes.</summary>
    public static string JavaScript(string text) => Escape(text, '\'');

    /// <summary>For C#: raw where quotes would have to be escaped and all of it is on one line.</summary>
    public static string CSharp(string text)
    {
        if (!text.AsSpan().ContainsAny('"', '\\') || text.StartsWith('"') || text.EndsWith('"') || text.EnumerateRunes().Any(IsUnseen))
        {
            return Escape(text, '"');
        }

        var longest = 0;
        for (int i = 0, run = 0; i < text.Length; i++)
        {
            run = text[i] == '"' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        var quotes = new string('"', Math.Max(3, longest + 1));
        return $"{quotes}{text}{quotes}";
    }

    private static string Escape(string text, char quote)
    {
        var literal = new StringBuilder().Append(quote);
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '\n' => literal.Append(@"\n"),
                '\t' => literal.Append(@"\t"),
                '\\' => literal.Append(@"\\"),
                _ when rune.Value == quote => literal.Append('\\').Append(quote),
                _ when IsUnseen(rune) => literal.AppendJoin("", rune.ToString().Select(unit => string.Create(CultureInfo.InvariantCulture, $@"\u{(int)unit:x4}"))),
                _ => literal.Append(rune.ToString()),
            };
        }

        return literal.Append(quote).ToString();
    }

    /// <summary>What would end the line, or could not be seen in it.</summary>
    public static bool IsUnseen(Rune character) =>
        Rune.GetUnicodeCategory(character) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
