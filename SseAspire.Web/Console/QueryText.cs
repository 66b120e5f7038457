namespace SseAspire.Web.Console;

/// <summary>
/// The query of an address as a person would write it: what a query may hold stands in it as it is (RFC 3986, 3.4),
/// so that <c>topic=status/*</c> can still be read, and nothing that a shell or a string literal takes for its own.
/// </summary>
internal static class QueryText
{
    public static string Write(IEnumerable<KeyValuePair<string, string>> fields) =>
        string.Join('&', fields.Select(field => $"{field.Key}={Escape(field.Value)}"));

    private static string Escape(string value) =>
        Uri.EscapeDataString(value).Replace("%2F", "/", StringComparison.Ordinal).Replace("%2A", "*", StringComparison.Ordinal);
}
