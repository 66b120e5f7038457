using System.Text;

namespace SseAspire.Api.Http;

/// <summary>Reads the fields of a request's query.</summary>
internal static class QueryFields
{
    /// <exception cref="BadRequestException">A value is not valid UTF-8 or has a broken percent escape.</exception>
    public static FormFields Read(HttpRequest request)
    {
        var query = request.QueryString.Value;
        return FormFields.Parse(string.IsNullOrEmpty(query) ? default : Encoding.UTF8.GetBytes(query, 1, query.Length - 1), "query");
    }
}
