using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;
using SseAspire.Web.Console;
using SseAspire.Web.Hub;
using SseAspire.Web.Security;
using SseAspire.Web.Texts;

namespace SseAspire.Web.Pages;

/// <summary>
/// The page to try the hub. The address carries both forms. The browser subscribes by itself; what it publishes goes
/// through the form here, so that it never holds the key.
/// </summary>
/// <remarks>The answer of the form has the two shapes that those of <see cref="IndexModel"/> have.</remarks>
[RequestSizeLimit(ConsoleEndpoints.MaxRequestBytes)]
internal sealed class ConsoleModel(
    HubClient hub,
    VisitorLimiter limiter,
    IOptions<ApiOptions> api,
    IOptions<HubKeys> keys,
    IOptions<ConsoleOptions> options,
    IStringLocalizer<ConsoleTexts> texts,
    IStringLocalizer<SiteTexts> siteTexts)
    : PageModel
{
    /// <summary>The part of the page that publishes.</summary>
    public const string Fragment = "publish";

    /// <summary>Where the browser reads the stream.</summary>
    public string Hub => api.Value.Address;

    /// <summary>Whether visitors may publish here.</summary>
    public bool MayPublish => options.Value.Publish;

    public SubscriptionForm Subscription { get; private set; } = null!;

    public PublicationForm Publication { get; private set; } = null!;

    public CodeSamples? SubscribeCode => CodeSamples.Of(Subscription, Publication, Hub);

    public CodeSamples? PublishCode => CodeSamples.Of(Publication, Hub, NeedsKey);

    /// <summary>Whether the API asks publishers for a key.</summary>
    public bool NeedsKey => keys.Value.Publishing is not null;

    /// <summary>What is wrong, by the field's name.</summary>
    public IReadOnlyDictionary<string, string> Errors { get; private set; } = new Dictionary<string, string>();

    /// <summary>What became of the form that was sent, across the redirect.</summary>
    [TempData]
    public string? Outcome { get; set; }

    /// <summary>Why the form as a whole was not taken; what was typed stands in it still.</summary>
    public string? Refusal { get; private set; }

    /// <summary>What the subscription's part of the address says, to be kept when the other form is sent.</summary>
    public QueryString SubscriptionAddress => QueryString.Create(Subscription.Address()!);

    private bool WantsJson => Request.GetTypedHeaders().Accept.Any(type => type.MediaType == "application/json");

    public void OnGet()
    {
        Subscription = new SubscriptionForm(name => Request.Query[name]);
        Publication = new PublicationForm(name => Request.Query[name]);
        Errors = Write(Subscription.Errors.Concat(Publication.Errors));
        if (Errors.Count > 0)
        {
            Response.StatusCode = StatusCodes.Status400BadRequest;
        }
    }

    /// <summary>Publishes what the visitor wrote.</summary>
    public async Task<IActionResult> OnPostPublishAsync()
    {
        Subscription = new SubscriptionForm(name => Request.Query[name]);
        Publication = new PublicationForm(name => Request.Form[name]);
        if (!MayPublish)
        {
            return Refuse(StatusCodes.Status403Forbidden, texts["publish.off"]);
        }

        if (Publication.Publication is not { } publication)
        {
            return Refuse(Write(Publication.Errors));
        }

        if (limiter.Refuse(HttpContext) is { } wait)
        {
            var seconds = (int)Math.Ceiling(wait.TotalSeconds);
            Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            return Refuse(StatusCodes.Status429TooManyRequests, siteTexts["refused.tooMany", seconds]);
        }

        try
        {
            var answer = await hub.PublishAsync(publication, HttpContext.RequestAborted);
            return answer.Id is { } id
                ? Done(id)
                : Refuse((answer.Errors ?? new Dictionary<string, string[]>()).ToDictionary(
                    error => PublicationForm.Prefix + error.Key, error => Said(error.Key, error.Value)));
        }
        catch (HubUnavailableException)
        {
            return Refuse(StatusCodes.Status503ServiceUnavailable, texts["publish.hubAway"]);
        }
    }

    private Dictionary<string, string> Write(IEnumerable<KeyValuePair<string, WrongValue>> errors) =>
        errors.ToDictionary(error => error.Key, error => texts[error.Value.Reason, error.Value.Bounds].Value);

    /// <summary>What the API says of a field, in its own words.</summary>
    private string Said(string field, IEnumerable<string> reasons) => texts["js.api.says", $"{field} {string.Join("; ", reasons)}"];

    private IActionResult Done(string id)
    {
        var outcome = texts["publish.done", id].Value;
        if (WantsJson)
        {
            return new JsonResult(new { outcome, id });
        }

        Outcome = outcome;
        var address = QueryString.Create(Subscription.Address().Concat(Publication.Address())!);
        return LocalRedirect($"{Url.Page("/Console")}{address}#{Fragment}");
    }

    private IActionResult Refuse(IReadOnlyDictionary<string, string> errors)
    {
        if (WantsJson)
        {
            return BadRequest(new ValidationProblemDetails(errors.ToDictionary(error => error.Key, error => (string[])[error.Value]))
            {
                Title = string.Join(' ', errors.Values),
            });
        }

        Errors = errors;
        Response.StatusCode = StatusCodes.Status400BadRequest;
        return Page();
    }

    private IActionResult Refuse(int status, string reason)
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
        Response.StatusCode = status;
        return Page();
    }
}
