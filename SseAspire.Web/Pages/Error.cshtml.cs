using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using SseAspire.Web.Texts;

namespace SseAspire.Web.Pages;

/// <summary>What a visitor sees where there is nothing to see: a wrong address, a failure of ours.</summary>
// Shown in place of a POST whose antiforgery token was refused, too; asking for that token again would
// leave the visitor with an empty answer.
[IgnoreAntiforgeryToken]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class ErrorModel(IStringLocalizer<SiteTexts> texts) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public int Code { get; set; } = StatusCodes.Status500InternalServerError;

    public string Heading => Words.Heading;

    public string Explanation => Words.Explanation;

    private (LocalizedString Heading, LocalizedString Explanation) Words => Code switch
    {
        StatusCodes.Status404NotFound => (texts["error.notFound.heading"], texts["error.notFound.explanation"]),
        StatusCodes.Status400BadRequest => (texts["error.stale.heading"], texts["error.stale.explanation"]),
        < 500 => (texts["error.request.heading"], texts["error.request.explanation"]),
        _ => (texts["error.server.heading"], texts["error.server.explanation"]),
    };

    public void OnGet() => Answer();

    public void OnPost() => Answer();

    private void Answer()
    {
        // Reached by its own address there is no error to keep the code of.
        if (Code is < 400 or > 599)
        {
            Code = StatusCodes.Status404NotFound;
        }

        Response.StatusCode = Code;
    }
}
