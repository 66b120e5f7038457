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
            .. publication.Select(field => $"--data-urlencode {ShellText.Quote($"{field.Key}={field.Value}")}"),
        ]) + "\n";
}
