using System.Security.Cryptography;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;

namespace SseAspire.Api.Http;

/// <summary>
/// <c>GET /openapi/v1.json</c>: the description of the API for programs. It is the same for every request, and is
/// generated for the first one only: generating takes so long that anybody could occupy the processors with it.
/// </summary>
internal sealed class OpenApiDocumentEndpoint([FromKeyedServices(OpenApiDocumentEndpoint.Name)] IOpenApiDocumentProvider documents)
{
    public const string Path = $"/openapi/{Name}.json";

    /// <summary>The document's name, by which its provider is registered.</summary>
    private const string Name = "v1";

    private readonly Lazy<Task<(byte[] Json, EntityTagHeaderValue Tag)>> _document = new(() => GenerateAsync(documents));

    /// <summary>Registers the document.</summary>
    public static void Register(IServiceCollection services)
    {
        services.AddOpenApi(Name, options => options.AddDocumentTransformer((document, _, _) =>
        {
            // Without servers, paths are relative to where the document was loaded from: an address taken from one request
            // would be served to all of them.
            document.Servers = [];
            foreach (var path in document.Paths.Values)
            {
                // Allowed for every GET by RFC 9110, section 9.3.2, and the same but for the body.
                path.Operations?.Remove(HttpMethod.Head);
            }

            return Task.CompletedTask;
        }));
        services.AddSingleton<OpenApiDocumentEndpoint>();
    }

    public async Task<IResult> ServeAsync(HttpContext context)
    {
        var (json, tag) = await _document.Value;
        context.Response.Headers.CacheControl = "no-cache";
        return Results.Bytes(json, "application/json; charset=utf-8", entityTag: tag);
    }

    private static async Task<(byte[] Json, EntityTagHeaderValue Tag)> GenerateAsync(IOpenApiDocumentProvider documents)
    {
        var document = await documents.GetOpenApiDocumentAsync();
        using var json = new MemoryStream();
        await document.SerializeAsJsonAsync(json, OpenApiSpecVersion.OpenApi3_1);
        var bytes = json.ToArray();
        return (bytes, new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 16))}\""));
    }
}
