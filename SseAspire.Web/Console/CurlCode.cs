using System.Text;

namespace SseAspire.Web.Console;

/// <summary>Commands for a POSIX shell with curl.</summary>
internal static class CurlCode
{
    public static string Subscribe(Subscription subscription, string hub)
    {
        var address = ShellText.Quote(subscription.AddressAt(hub) + subscription.Start);
        return subscription.Transport switch
        {
            var transport when transport == ConsoleTransport.Sse => $"curl -N {address}\n",
            var transport when transport == ConsoleTransport.WebSocket => $"# curl 8.11 or newer\ncurl -N {address}\n",
            _ => $"# The answer's \"next\" is the next request's \"after\".\ncurl {address}\n",
        };
    }

    public static string Publish(IReadOnlyList<KeyValuePair<string, string>> publication, string hub, bool withKey) =>
        string.Join(" \\\n  ",
        [
            $"curl {ShellText.Quote($"{hub}/events")}",
            .. withKey ? ["-H \"Authorization: Bearer $PUBLISHING_KEY\""] : Array.Empty<string>(),
            .. publication.Select(field => Field(field.Key, field.Value)),
        ]) + "\n";

    /// <summary>
    /// As it is, unless it has what cannot be seen. A terminal acts on control characters that are pasted: ESC can end the
    /// paste, and what follows a carriage return is then a command. Format characters make a command look like another.
    /// </summary>
    private static string Field(string name, string value) =>
        value.EnumerateRunes().Any(MustEscape)
            ? $"-d {ShellText.Quote($"{name}={Escape(value)}")}"
            : $"--data-urlencode {ShellText.Quote($"{name}={value}")}";

    private static bool MustEscape(Rune rune) => rune.Value != '\n' && StringLiteral.IsUnseen(rune);

    /// <summary>As a form has it, and no more of it escaped than must be.</summary>
    private static string Escape(string value)
    {
        var escaped = new StringBuilder();
        foreach (var rune in value.EnumerateRunes())
        {
            escaped.Append(rune.Value is '%' or '&' or '+' || MustEscape(rune) ? Uri.EscapeDataString(rune.ToString()) : rune.ToString());
        }

        return escaped.ToString();
    }
}
