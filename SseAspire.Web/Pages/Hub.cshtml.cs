using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using SseAspire.Web.Hub;

namespace SseAspire.Web.Pages;

/// <summary>
/// The hub's own view. Renders what the hub is doing as it stands, so that it works without script; the script then
/// follows the hub's stream of figures from the browser.
/// </summary>
internal sealed class HubModel(HubClient hub, IOptions<ApiOptions> api) : PageModel
{
    /// <summary>Where the browser reads the stream.</summary>
    public Uri HubUrl => api.Value.PublicUrl;

    /// <summary>Whether a restart of the broker loses the log.</summary>
    public bool LogInMemory => api.Value.LogInMemory;

    /// <summary>What the hub is doing; null where it is away.</summary>
    public HubFigures? Figures { get; private set; }

    public async Task OnGetAsync()
    {
        try
        {
            Figures = await hub.ReadFiguresAsync(HttpContext.RequestAborted);
        }
        catch (HubUnavailableException)
        {
            // The page says so.
        }
    }
}
