using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using SseAspire.Web.Hub;
using SseAspire.Web.Learn;

namespace SseAspire.Web.Pages;

/// <summary>
/// What Server-Sent Events are, in pictures: the wire format to play with, the four transports over time, what
/// SSE is good at, when to choose what, and ten lines that run.
/// </summary>
internal sealed class LearnModel(IOptions<ApiOptions> api) : PageModel
{
    public Snippets Snippets { get; } = new(api.Value.Address);

    /// <summary>The JavaScript of the page's ten lines as a module: what Run runs is what the page shows.</summary>
    public ContentResult OnGetScript() => Content(Snippets.JavaScript, "text/javascript; charset=utf-8");
}
