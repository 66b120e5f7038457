using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.Options;

namespace SseAspire.Api.Http;

/// <summary>Settings of what pages of other origins may do (Fetch standard, 3.3), section <c>Cors</c>.</summary>
public sealed class CorsSettings
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Cors";

    private const string AnyOrigin = "*";

    /// <summary>How long a browser may remember what it was allowed; some remember it for two hours at the most.</summary>
    private static readonly TimeSpan PreflightMaxAge = TimeSpan.FromHours(1);

    /// <summary>
    /// What clients of event streams send as they are shipped: React Native's send Cache-Control and X-Requested-With, traced
    /// pages send the trace headers (W3C).
    /// </summary>
    private static readonly string[] AllowedHeaders =
        ["Authorization", "Cache-Control", "Content-Type", "Last-Event-ID", "X-Requested-With", "baggage", "traceparent", "tracestate"];

    /// <summary>The origins whose pages may read, such as <c>https://app.example.org</c>.</summary>
    public string[] Origins { get; set; } = [];

    /// <summary>Whether pages of these origins may send cookies, as htmx's event streams do. Only with listed origins.</summary>
    public bool Credentials { get; set; }

    /// <summary>Further request headers that pages of these origins may send. Only with listed origins.</summary>
    public string[] Headers { get; set; } = [];

    /// <summary>Registers the settings and what follows from them.</summary>
    public static void Register(IServiceCollection services)
    {
        services.AddOptions<CorsSettings>()
            .BindConfiguration(Section)
            .Validate(
                settings => !settings.Origins.Contains(AnyOrigin) || (!settings.Credentials && settings.Headers.Length == 0),
                "Cors:Origins is '*' while Cors:Credentials or Cors:Headers is set. Any page could act as its visitor; list the origins that may.")
            .Validate(
                settings => settings.Headers.All(IsName),
                "Cors:Headers has a value that is not the name of a header; '*' is not allowed, list each of them.")
            .ValidateOnStart();
        services.AddCors();
        services.AddOptions<CorsOptions>().Configure<IOptions<CorsSettings>>(
            (cors, settings) => cors.AddDefaultPolicy(settings.Value.Apply));
    }

    private void Apply(CorsPolicyBuilder policy)
    {
        policy.WithOrigins(Origins)
            .WithMethods("GET", "POST")
            .WithHeaders([.. AllowedHeaders, .. Headers])
            // Without it, a page that is refused cannot know when to try again.
            .WithExposedHeaders("Retry-After")
            .SetPreflightMaxAge(PreflightMaxAge);
        if (Credentials)
        {
            policy.AllowCredentials();
        }
    }

    private static bool IsName(string header) =>
        header.Length > 0 && header.All(character => char.IsAsciiLetterOrDigit(character) || "!#$%&'+-.^_`|~".Contains(character, StringComparison.Ordinal));
}
