namespace SseAspire.Web.Console;

/// <summary>
/// Text for a POSIX shell, which between single quotes takes everything as it is but the quote itself. The terminal before
/// it does not: the text must have no control characters but line feeds.
/// </summary>
internal static class ShellText
{
    public static string Quote(string text) => $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
