using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;
using SseAspire.Web.Hub;
using SseAspire.Web.Live;
using SseAspire.Web.Security;
using SseAspire.Web.Texts;

namespace SseAspire.Web.Pages;

/// <summary>
/// The live page. Renders the latest events as they stand, so that it works without script; the script
/// then follows the hub's stream from the browser. Its two forms act on the hub for the visitor.
/// </summary>
/// <remarks>
/// A form's answer has two shapes: a redirect or the page with the field's error, and for the page's own
/// script, which asks for JSON, a status with a problem document.
/// </remarks>
internal sealed class IndexModel(
    HubClient hub,
    VisitorLimiter limiter,
    IOptions<ApiOptions> api,
    IOptions<ReceiptOptions> receipts,
    TimeProvider time,
    IStringLocalizer<LiveTexts> texts,
    IStringLocalizer<SiteTexts> siteTexts)
    : PageModel
{
    /// <summary>Where the browser reads the stream.</summary>
    public Uri HubUrl => api.Value.PublicUrl;

    /// <summary>Which share of the pages tells the hub when it received events, as scripts read numbers.</summary>
    public string ReceiptShare => receipts.Value.Receipts.ToString(CultureInfo.InvariantCulture);

    public LatestEvents Latest { get; private set; } = LatestEvents.None;

    public DateTimeOffset RenderedAt => time.GetUtcNow();

    [BindProperty]
    public NotificationInput Input { get; set; } = new();

    /// <summary>What became of the form that was sent, across the redirect.</summary>
    [TempData]
    public string? Outcome { get; set; }

    /// <summary>Why the form as a whole was not taken; what was typed stands in it still.</summary>
    public string? Refusal { get; private set; }

    private bool WantsJson => Request.GetTypedHeaders().Accept.Any(type => type.MediaType == "application/json");

    public Task OnGetAsync() => LoadAsync();

    /// <summary>Publishes a notification.</summary>
    public async Task<IActionResult> OnPostNotifyAsync()
    {
        if (!ModelState.IsValid)
        {
            return WantsJson
                ? BadRequest(new ValidationProblemDetails(ModelState))
                : await PageAsync(StatusCodes.Status400BadRequest);
        }

        if (limiter.Refuse(HttpContext) is { } wait)
        {
            return await TooManyAsync(wait);
        }

        var from = string.IsNullOrWhiteSpace(Input.From) ? null : Input.From.Trim();
        var notification = new Notification(Input.Text!.Trim(), from);
        try
        {
            await hub.PublishAsync(
                Topics.Notifications, Topics.NotificationType, notification.Write(), HttpContext.RequestAborted);
        }
        catch (HubUnavailableException)
        {
            return await RefuseAsync(
                StatusCodes.Status503ServiceUnavailable, texts["notifications.hubAway"]);
        }

        return Done(texts["notifications.sent"]);
    }

    /// <summary>Has the hub cut its streams, this visitor's among them.</summary>
    public async Task<IActionResult> OnPostDropAsync()
    {
        if (limiter.Refuse(HttpContext) is { } wait)
        {
            return await TooManyAsync(wait);
        }

        try
        {
            return await hub.DropAsync(HttpContext.RequestAborted)
                ? Done(texts["connection.drop.done"])
                : await RefuseAsync(StatusCodes.Status403Forbidden, texts["connection.drop.forbidden"]);
        }
        catch (HubUnavailableException)
        {
            return await RefuseAsync(StatusCodes.Status503ServiceUnavailable, texts["connection.drop.hubAway"]);
        }
    }

    private async Task LoadAsync() => Latest = await LatestEvents.ReadAsync(hub, HttpContext.RequestAborted);

    private async Task<PageResult> PageAsync(int status)
    {
        await LoadAsync();
        Response.StatusCode = status;
        return Page();
    }

    private IActionResult Done(string outcome)
    {
        if (WantsJson)
        {
            return new JsonResult(new { outcome });
        }

        Outcome = outcome;
        return RedirectToPage(null, null, null, "notifications");
    }

    private Task<IActionResult> TooManyAsync(TimeSpan wait)
    {
        var seconds = (int)Math.Ceiling(wait.TotalSeconds);
        Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return RefuseAsync(
            StatusCodes.Status429TooManyRequests, siteTexts["refused.tooMany", seconds]);
    }

    private async Task<IActionResult> RefuseAsync(int status, string reason)
    {
        if (WantsJson)
        {
            return new ObjectResult(new ProblemDetails { Status = status, Title = reason })
            {
                StatusCode = status,
                ContentTypes = { "application/problem+json" },
            };
        }

        Refusal = reason;
        return await PageAsync(status);
    }
}
