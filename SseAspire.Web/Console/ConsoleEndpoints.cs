using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using SseAspire.Web.Hub;

namespace SseAspire.Web.Console;

/// <summary>What the console's script asks for while its forms are filled in.</summary>
internal static class ConsoleEndpoints
{
    /// <summary>The largest form that is read, in bytes: <see cref="PublicationForm.MaxData"/> characters and what is around them.</summary>
    public const int MaxRequestBytes = 512 << 10;

    public static void MapConsole(this IEndpointRouteBuilder app) =>
        // A question without effect, posted because data may be longer than an address.
        app.MapPost("/console/code", async (HttpRequest request, IOptions<ApiOptions> api, IOptions<HubKeys> keys) =>
        {
            if (!request.HasFormContentType)
            {
                return Results.StatusCode(StatusCodes.Status415UnsupportedMediaType);
            }

            var fields = await request.ReadFormAsync();
            var publication = new PublicationForm(name => fields[name]);
            return Results.Json(
                new
                {
                    Subscribe = CodeSamples.Of(new SubscriptionForm(name => fields[name]), publication, api.Value.Address),
                    Publish = CodeSamples.Of(publication, api.Value.Address, keys.Value.Publishing is not null),
                },
                JsonSerializerOptions.Web);
        })
        .WithMetadata(new RequestSizeLimitAttribute(MaxRequestBytes));
}
