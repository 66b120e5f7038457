using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace SseAspire.Web.Pages;

/// <summary>What a visitor sees where there is nothing to see: a wrong address, a failure of ours.</summary>
// Shown in place of a POST whose antiforgery token was refused, too; asking for that token again would
// leave the visitor with an empty answer.
[IgnoreAntiforgeryToken]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class ErrorModel : PageModel
{
    [BindProperty(SupportsGet = true)]
    public int Code { get; set; } = StatusCodes.Status500InternalServerError;

    public string Heading => Code switch
    {
        StatusCodes.Status404NotFound => "There is no such page",
        StatusCodes.Status400BadRequest => "That request has gone stale",
        < 500 => "That did not work",
        _ => "Something broke on our side",
    };

    public string Explanation => Code switch
    {
        StatusCodes.Status404NotFound => "The address leads nowhere. The events are one step away.",
        StatusCodes.Status400BadRequest => "The form was too old or came from elsewhere. Open the page again and send it once more.",
        < 500 => "The request could not be served as it was made.",
        _ => "It has been noted. Trying again in a moment may help.",
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
