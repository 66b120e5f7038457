using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace SseAspire.Api.Http;

/// <summary>The content codings that a client takes (RFC 9110, 12.5.3).</summary>
internal static class AcceptEncoding
{
    private const string Gzip = "gzip";

    /// <summary>Whether it takes gzip, and not rather the bytes as they are. A header that is wrong asks for nothing.</summary>
    public static bool TakesGzip(StringValues header) =>
        StringWithQualityHeaderValue.TryParseList(header, out var codings)
        && QualityOf(Gzip, codings) is > 0 and var quality
        && quality >= (QualityOf("identity", codings) ?? 0);

    private static double? QualityOf(string coding, IList<StringWithQualityHeaderValue> codings) =>
        codings.FirstOrDefault(each => each.Value.Equals(coding, StringComparison.OrdinalIgnoreCase)) is { } given
            ? given.Quality ?? 1
            : null;
}
