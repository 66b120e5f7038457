using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;
using SseAspire.Web.Demonstration;
using SseAspire.Web.Hub;
using SseAspire.Web.Recover;
using SseAspire.Web.Security;
using SseAspire.Web.Texts;

namespace SseAspire.Web.Pages;

/// <summary>
/// The page that shows how a stream heals. Its script reads the hub twice from the browser and breaks both
/// readers through the forms here, which answer JSON: an outcome, or a problem document that says why not.
/// </summary>
[NeedsDemonstration]
internal sealed class RecoverModel(
    [FromKeyedServices(DemonstrationOptions.Hub)] HubClient hub,
    Visits visits,
    VisitorLimiter limiter,
    IOptions<DemonstrationOptions> demonstration,
    IStringLocalizer<RecoverTexts> texts,
    IStringLocalizer<SiteTexts> siteTexts)
    : PageModel
{
    /// <summary>How long the network is off, in seconds.</summary>
    public const int Outage = 5;

    /// <summary>After how long a visitor who found no place may find one.</summary>
    private const int FullSeconds = 15;

    /// <summary>Where the browser reads the stream.</summary>
    public Uri HubUrl => demonstration.Value.PublicUrl;

    /// <summary>Whether there is a stream to read and to break.</summary>
    public bool IsLive => demonstration.Value.Enabled;

    /// <summary>Somebody looks at the page: its events go on, or begin where there are none for it (any more).</summary>
    public async Task<IActionResult> OnPostLookAsync(string? visit)
    {
        var (current, isOverShare) = visits.Look(visit, VisitorLimiter.AddressOf(HttpContext));
        if (current is null)
        {
            Response.Headers.RetryAfter = FullSeconds.ToString(CultureInfo.InvariantCulture);
            return isOverShare
                ? Refuse(StatusCodes.Status429TooManyRequests, texts["visit.share", Visits.MaxPerAddress])
                : Refuse(StatusCodes.Status503ServiceUnavailable, texts["visit.full"]);
        }

        if (!current.IsAnnounced)
        {
            try
            {
                // Before the readers open. Where operations are off they cannot be cut, which the forms say.
                await hub.AnnounceAsync(current.Meters, HttpContext.RequestAborted);
                current.IsAnnounced = true;
            }
            catch (HubUnavailableException)
            {
                // Tried again with the next look.
            }
        }

        return new JsonResult(new { visit = current.Id, topic = current.Topic, meters = current.Meters });
    }

    /// <summary>The hub cuts this visit's readers and lets them come back at once.</summary>
    public Task<IActionResult> OnPostDropAsync(string? visit) => CutAsync(visit, 0);

    /// <summary>The hub cuts this visit's readers and keeps them out for a while, as a network does that is gone.</summary>
    public Task<IActionResult> OnPostUnplugAsync(string? visit) => CutAsync(visit, Outage);

    /// <summary>The API restarts, for everybody.</summary>
    public Task<IActionResult> OnPostRestartAsync() => OperateAsync(hub.RestartAsync);

    private Task<IActionResult> CutAsync(string? id, int seconds) =>
        visits.Find(id) is { } visit
            ? OperateAsync(aborted => hub.CutAsync(visit.Meters, seconds, aborted))
            : Task.FromResult<IActionResult>(Refuse(StatusCodes.Status404NotFound, texts["visit.over"]));

    private async Task<IActionResult> OperateAsync(Func<CancellationToken, Task<bool>> operate)
    {
        if (limiter.Refuse(HttpContext) is { } wait)
        {
            var seconds = (int)Math.Ceiling(wait.TotalSeconds);
            Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            return Refuse(StatusCodes.Status429TooManyRequests, siteTexts["refused.tooMany", seconds]);
        }

        try
        {
            return await operate(HttpContext.RequestAborted)
                ? new JsonResult(new { outcome = texts["breaks.done"].Value })
                : Refuse(StatusCodes.Status403Forbidden, texts["breaks.forbidden"]);
        }
        catch (HubUnavailableException)
        {
            return Refuse(StatusCodes.Status503ServiceUnavailable, texts["breaks.hubAway"]);
        }
    }

    private static ObjectResult Refuse(int status, string reason) =>
        new ObjectResult(new ProblemDetails { Status = status, Title = reason })
        {
            StatusCode = status,
            ContentTypes = { "application/problem+json" },
        };
}
