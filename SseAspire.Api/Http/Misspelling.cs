namespace SseAspire.Api.Http;

/// <summary>
/// Finds the field that a client probably meant. An unknown field is ignored, since clients add their own; a misspelt one
/// would be ignored as well, and its client would not learn why it is served something else.
/// </summary>
internal static class Misspelling
{
    /// <summary>The name in lower case without dashes and underscores, by which spellings are compared.</summary>
    public static string Normalize(string name) =>
        name.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();

    /// <summary>The known name that another name resembles, or null: one character differs, or two of a long name.</summary>
    public static string? FindMeant(string name, ReadOnlySpan<string> known)
    {
        var given = Normalize(name);
        foreach (var candidate in known)
        {
            var meant = Normalize(candidate);
            if (Math.Abs(given.Length - meant.Length) <= 2 && Distance(given, meant) <= (meant.Length > 8 ? 2 : 1))
            {
                return candidate;
            }
        }

        return null;
    }

    /// <summary>How many characters must be inserted, removed, replaced or swapped with their neighbour (optimal string alignment).</summary>
    private static int Distance(string a, string b)
    {
        var distances = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                distances[i, j] = i == 0 || j == 0
                    ? i + j
                    : Math.Min(
                        Math.Min(distances[i - 1, j], distances[i, j - 1]) + 1,
                        distances[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    distances[i, j] = Math.Min(distances[i, j], distances[i - 2, j - 2] + 1);
                }
            }
        }

        return distances[a.Length, b.Length];
    }
}
