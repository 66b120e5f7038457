using System.Globalization;
using System.Text.Json;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using SseAspire.Web.Hub;
using SseAspire.Web.Security;

namespace SseAspire.Web.Console;

/// <summary>What the console's script asks for while its forms are filled in.</summary>
internal static class ConsoleEndpoints
{
    /// <summary>The largest form that is read, in bytes: <see cref="PublicationForm.MaxData"/> characters and what is around them.</summary>
    public const int MaxRequestBytes = 512 << 10;

    private const string CodePolicy = "code";

    /// <summary>
    /// Requests for code of one address: more than a person causes who types, and few enough that reading their forms costs
    /// little.
    /// </summary>
    private static readonly TokenBucketRateLimiterOptions CodeLimit = new()
    {
        TokenLimit = 30,
        TokensPerPeriod = 5,
        ReplenishmentPeriod = TimeSpan.FromSeconds(1),
    };

    public static IServiceCollection AddConsole(this IServiceCollection services) => services.AddRateLimiter(limiter =>
    {
        limiter.AddPolicy(CodePolicy, context => RateLimitPartition.GetTokenBucketLimiter(VisitorLimiter.AddressOf(context), _ => CodeLimit));
        limiter.OnRejected = async (rejected, _) =>
        {
            rejected.HttpContext.Response.Headers.RetryAfter = CodeLimit.ReplenishmentPeriod.TotalSeconds.ToString(CultureInfo.InvariantCulture);
            await Results.Problem(statusCode: StatusCodes.Status429TooManyRequests).ExecuteAsync(rejected.HttpContext);
        };
    });

    public static void MapConsole(this IEndpointRouteBuilder app) =>
        // A question without effect, posted because data may be longer than an address.
        app.MapPost("/console/code", async (HttpRequest request, IOptions<ApiOptions> api, IOptions<HubKeys> keys) =>
        {
            if (!request.HasFormContentType)
            {
                return Results.StatusCode(StatusCodes.Status415UnsupportedMediaType);
            }

            IFormCollection fields;
            try
            {
                fields = await request.ReadFormAsync();
            }
            catch (Exception e) when (e is IOException or InvalidDataException)
            {
                // Too large (413), cut short, or not a form at all.
                return Results.Problem(statusCode: (e as BadHttpRequestException)?.StatusCode ?? StatusCodes.Status400BadRequest);
            }

            var publication = new PublicationForm(name => fields[name]);
            return Results.Json(
                new
                {
                    Subscribe = CodeSamples.Of(new SubscriptionForm(name => fields[name]), publication, api.Value.Address),
                    Publish = CodeSamples.Of(publication, api.Value.Address, keys.Value.Publishing is not null),
                },
                JsonSerializerOptions.Web);
        })
        .WithMetadata(new RequestSizeLimitAttribute(MaxRequestBytes))
        .RequireRateLimiting(CodePolicy);
}
