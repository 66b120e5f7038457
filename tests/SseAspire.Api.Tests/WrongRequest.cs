using System.Globalization;
using System.Text;

namespace SseAspire.Api.Tests;

/// <summary>A request that must be refused.</summary>
/// <param name="Name">What is wrong with it.</param>
/// <param name="Bytes">The request, as it is sent.</param>
/// <param name="Field">
/// The field that the problem document must name; null where it is no HTTP request that could have one, so that
/// the server itself refuses it without a body.
/// </param>
/// <param name="Status">The status it must be answered with.</param>
/// <param name="EndsSending">Whether the client closes its side after it.</param>
internal sealed record WrongRequest(string Name, byte[] Bytes, string? Field, int Status = 400, bool EndsSending = false)
{
    public const string Form = "application/x-www-form-urlencoded";
    public const string Json = "application/json";

    /// <summary>A request without a body. Characters up to U+00FF stand for single bytes, in all of these.</summary>
    public static WrongRequest Get(string name, string target, string? field, string headers = "", string method = "GET", int status = 400) =>
        new(name, Encoding.Latin1.GetBytes($"{method} {target} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n"), field, status);

    /// <summary>A publication.</summary>
    public static WrongRequest Post(string name, string? contentType, string body, string? field, int status = 400) =>
        new(
            name,
            Encoding.Latin1.GetBytes(string.Create(
                CultureInfo.InvariantCulture,
                $"POST /events HTTP/1.1\r\nHost: localhost\r\n{(contentType is null ? "" : $"Content-Type: {contentType}\r\n")}Content-Length: {body.Length}\r\n\r\n{body}")),
            field,
            status);

    /// <summary>A request, byte for byte.</summary>
    public static WrongRequest Raw(string name, string request, string? field, int status = 400, bool endsSending = false) =>
        new(name, Encoding.Latin1.GetBytes(request), field, status, endsSending);

    public override string ToString() => Name;
}
