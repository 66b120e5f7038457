using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace SseAspire.ServiceDefaults;

/// <summary>
/// Accepts requests that send the key which is set (<c>Authorization: Bearer …</c>, RFC 6750). Where none is set it
/// accepts every request but those of web pages of other origins (<see cref="CrossSite"/>), which any page that a
/// developer opens could send.
/// </summary>
public static class BearerKey
{
    private const string Scheme = "Bearer ";

    /// <summary>Has the endpoint ask for a key.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="setting">The setting that holds the key, such as <c>Publishing:Key</c>.</param>
    /// <param name="key">The key; null or empty where none is set.</param>
    public static IEndpointConventionBuilder RequireKey(this RouteHandlerBuilder endpoint, string setting, string? key)
    {
        if (string.IsNullOrEmpty(key))
        {
            endpoint.WithMetadata(new Keyless(setting));
            // Around the handler and not as a filter of it, which would cost each request more than the check.
            endpoint.Add(built =>
            {
                var handler = built.RequestDelegate!;
                built.RequestDelegate = context => RefuseForeignAsync(context, handler, setting);
            });
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

    private static async Task RefuseForeignAsync(HttpContext context, RequestDelegate handler, string setting)
    {
        if (!await CrossSite.IsForeignAsync(context))
        {
            await handler(context);
            return;
        }

        await Results.ValidationProblem(
            new Dictionary<string, string[]> { ["Origin"] = ["is not allowed"] },
            statusCode: StatusCodes.Status403Forbidden,
            title: $"Without a key, pages of other origins are refused. Set {setting} and send it, or add the origin to Cors:Origins.")
            .ExecuteAsync(context);
    }
}
