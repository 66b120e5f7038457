using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace SseAspire.ServiceDefaults;

/// <summary>
/// Lets a request pass that shows the key which is set (<c>Authorization: Bearer …</c>, RFC 6750), or every
/// request where none is set.
/// </summary>
public static class BearerKey
{
    private const string Scheme = "Bearer ";

    /// <summary>Has the endpoint ask for the key; where none is set, for nothing.</summary>
    public static IEndpointConventionBuilder RequireKey(this RouteHandlerBuilder endpoint, string? key)
    {
        if (string.IsNullOrEmpty(key))
        {
            return endpoint;
        }

        // Hashes are of one length: comparing them tells nothing about the key's, and takes the same time
        // wherever the first difference is.
        var expected = SHA256.HashData(Encoding.UTF8.GetBytes(key));
        return endpoint.AddEndpointFilter(async (invocation, next) =>
        {
            string? given = invocation.HttpContext.Request.Headers.Authorization;
            if (given?.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) == true
                && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given[Scheme.Length..].Trim())), expected))
            {
                return await next(invocation);
            }

            invocation.HttpContext.Response.Headers.WWWAuthenticate = given is null ? "Bearer" : "Bearer error=\"invalid_token\"";
            return Results.ValidationProblem(
                new Dictionary<string, string[]> { ["Authorization"] = [given is null ? "is missing" : "does not have the right key"] },
                statusCode: StatusCodes.Status401Unauthorized,
                title: "A key is needed: Authorization: Bearer <key>.");
        });
    }
}
