using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;
using SseAspire.Web.Demonstration;
using SseAspire.Web.Hub;
using SseAspire.Web.Lab;
using SseAspire.Web.Security;
using SseAspire.Web.Texts;

namespace SseAspire.Web.Pages;

/// <summary>
/// The lab: four transports read the same events in the visitor's browser at the same time. The address carries the
/// settings. What a run needs of the server, its script asks for here and at <see cref="LabEndpoints"/>.
/// </summary>
[NeedsDemonstration]
internal sealed class CompareModel(
    LabRuns lab,
    [FromKeyedServices(DemonstrationOptions.Hub)] HubClient hub,
    VisitorLimiter limiter,
    IOptions<DemonstrationOptions> demonstration,
    IStringLocalizer<CompareTexts> texts,
    IStringLocalizer<SiteTexts> siteTexts)
    : PageModel
{
    /// <summary>After how long a visitor who found the lab busy may find it free.</summary>
    private const int BusySeconds = 10;

    /// <summary>Where the browser reads the events.</summary>
    public Uri HubUrl => demonstration.Value.PublicUrl;

    /// <summary>Whether visitors can start a run.</summary>
    public bool IsLive => demonstration.Value.Enabled;

    /// <summary>What is wrong with the settings, by the field's name.</summary>
    public IReadOnlyDictionary<string, string> Errors { get; private set; } = new Dictionary<string, string>();

    /// <summary>What stands in a field: the address's, wrong or not, else what is usual.</summary>
    public string ValueOf(LabField field) =>
        Request.Query[field.Name] is [{ Length: > 0 } value, ..] ? value : field.Usual.ToString(CultureInfo.InvariantCulture);

    public void OnGet()
    {
        if (Read(name => Request.Query[name]) is null)
        {
            Response.StatusCode = StatusCodes.Status400BadRequest;
        }
    }

    /// <summary>Prepares a run.</summary>
    public async Task<IActionResult> OnPostStartAsync()
    {
        if (Read(name => Request.Form[name]) is not { } settings)
        {
            return BadRequest(new ValidationProblemDetails(Errors.ToDictionary(error => error.Key, error => (string[])[error.Value])));
        }

        if (limiter.Refuse(HttpContext) is { } wait)
        {
            var seconds = (int)Math.Ceiling(wait.TotalSeconds);
            return Refuse(StatusCodes.Status429TooManyRequests, siteTexts["refused.tooMany", seconds], seconds);
        }

        try
        {
            var (run, refusal) = await lab.StartAsync(settings, VisitorLimiter.AddressOf(HttpContext), hub, HttpContext.RequestAborted);
            return refusal switch
            {
                LabRefusal.Busy => Refuse(StatusCodes.Status409Conflict, texts["refused.busy"], BusySeconds),
                LabRefusal.Budget => Refuse(StatusCodes.Status429TooManyRequests, texts["refused.budget"], BusySeconds),
                LabRefusal.Address => Refuse(StatusCodes.Status429TooManyRequests, texts["refused.address"], BusySeconds),
                _ => new JsonResult(new { id = run!.Id, topic = run.Topic, cursor = run.Cursor, meters = run.Meters, settings }),
            };
        }
        catch (HubUnavailableException)
        {
            return Refuse(StatusCodes.Status503ServiceUnavailable, texts["refused.hubAway"]);
        }
    }

    /// <summary>Cuts the network of a run's lanes.</summary>
    public async Task<IActionResult> OnPostCutAsync(string? id)
    {
        if (lab.Find(id) is not { } run)
        {
            return Refuse(StatusCodes.Status404NotFound, texts["refused.gone"]);
        }

        try
        {
            return await run.CutAsync(HttpContext.RequestAborted) is { } cut
                ? new JsonResult(cut, JsonSerializerOptions.Web)
                : Refuse(StatusCodes.Status403Forbidden, texts["refused.cut"]);
        }
        catch (HubUnavailableException)
        {
            return Refuse(StatusCodes.Status503ServiceUnavailable, texts["refused.hubAway"]);
        }
    }

    /// <summary>Ends a run before its time.</summary>
    public IActionResult OnPostStop(string? id)
    {
        lab.Find(id)?.Stop();
        return new JsonResult(new { });
    }

    private LabSettings? Read(Func<string, string?> valueOf)
    {
        var settings = LabSettings.Read(valueOf, out var wrong);
        Errors = wrong.ToDictionary(
            error => error.Field.Name, error => texts[error.Reason, [texts[error.Field.Label], .. error.Bounds]].Value);
        return settings;
    }

    private ObjectResult Refuse(int status, string reason, int? retryAfter = null)
    {
        if (retryAfter is { } seconds)
        {
            Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        return new ObjectResult(new ProblemDetails { Status = status, Title = reason })
        {
            StatusCode = status,
            ContentTypes = { "application/problem+json" },
        };
    }
}
