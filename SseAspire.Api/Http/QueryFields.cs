using System.Text;

namespace SseAspire.Api.Http;

/// <summary>Reads the fields of a request's query.</summary>
internal static class QueryFields
{
    /// <summary>The cursor of the transports that are not event streams.</summary>
    public const string After = "after";

    /// <summary>The cursor as clients of event streams write it in the query, in any spelling that differs in case, dashes and underscores.</summary>
    public const string LastEventId = "lastEventId";

    private static readonly string NormalizedLastEventId = Misspelling.Normalize(LastEventId);

    /// <summary>Whether a field is the cursor in any of its spellings.</summary>
    public static bool IsLastEventId(string name) => Misspelling.Normalize(name) == NormalizedLastEventId;

    /// <summary>Reads the query. A cursor that cannot be decoded is no error: it is one that cannot be resumed from.</summary>
    /// <exception cref="BadRequestException">A value is not valid UTF-8 or has a broken percent escape.</exception>
    public static FormFields Read(HttpRequest request)
    {
        var query = request.QueryString.Value;
        return FormFields.Parse(string.IsNullOrEmpty(query) ? default : Encoding.UTF8.GetBytes(query, 1, query.Length - 1), "query", static name => name == After || IsLastEventId(name));
    }
}
