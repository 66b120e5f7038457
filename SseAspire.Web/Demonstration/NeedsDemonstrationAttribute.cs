using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;
using SseAspire.Web.Texts;

namespace SseAspire.Web.Demonstration;

/// <summary>
/// Answers every form of a page with 404 and a problem document where the demonstration is switched off. The page itself
/// is shown.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class NeedsDemonstrationAttribute : Attribute, IAuthorizationFilter, IOrderedFilter
{
    /// <summary>Before the antiforgery token is required: a page without forms has none.</summary>
    public int Order => 0;

    /// <inheritdoc />
    public void OnAuthorization(AuthorizationFilterContext context)
    {
        var request = context.HttpContext.Request;
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && Refuse(context.HttpContext) is { } problem)
        {
            context.Result = new ObjectResult(problem) { StatusCode = problem.Status, ContentTypes = { "application/problem+json" } };
        }
    }

    /// <summary>Returns why the request is refused, or null where the demonstration is switched on.</summary>
    public static ProblemDetails? Refuse(HttpContext context)
    {
        var services = context.RequestServices;
        return services.GetRequiredService<IOptions<DemonstrationOptions>>().Value.Enabled
            ? null
            : new ProblemDetails
            {
                Status = StatusCodes.Status404NotFound,
                Title = services.GetRequiredService<IStringLocalizer<SiteTexts>>()["demonstration.off"],
            };
    }
}
