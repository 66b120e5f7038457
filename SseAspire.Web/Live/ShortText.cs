namespace SseAspire.Web.Live;

/// <summary>
/// The beginning of a text: anybody may publish texts of any length, and twenty whole ones of 250 KB make a page of 10 MB.
/// <c>format.js</c> has the same.
/// </summary>
internal static class ShortText
{
    /// <summary>The text; of a longer one the beginning and an ellipsis. No character is cut in two.</summary>
    /// <param name="text">The text, or null.</param>
    /// <param name="longest">UTF-16 code units.</param>
    public static string? Of(string? text, int longest) =>
        text is null || text.Length <= longest ? text : $"{text[..(char.IsHighSurrogate(text[longest - 1]) ? longest + 1 : longest)]}…";
}
