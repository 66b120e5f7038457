using Microsoft.Extensions.Options;
using SseAspire.Web.Demonstration;

namespace SseAspire.Web.Hub;

/// <summary>
/// The keys the front end shows to the API. They never reach a browser: that is why the page's forms
/// post to the front end and not to the API.
/// </summary>
internal sealed class HubKeys
{
    /// <summary>Sent with what is published; setting <c>Publishing:Key</c>. Null where the API asks for none.</summary>
    public string? Publishing { get; private set; }

    /// <summary>Sent with operations; setting <c>Operations:Key</c>. Null where the API asks for none.</summary>
    public string? Operations { get; private set; }

    /// <summary>Read from where the API reads them too, so that one setting serves both.</summary>
    public static void Read(HubKeys keys, IConfiguration configuration)
    {
        keys.Publishing = configuration["Publishing:Key"] is { Length: > 0 } publishing ? publishing : null;
        keys.Operations = configuration["Operations:Key"] is { Length: > 0 } operations ? operations : null;
    }

    /// <summary>The demonstration has one key for both, which opens nothing else.</summary>
    public static void Read(HubKeys keys, IOptions<DemonstrationOptions> demonstration) =>
        keys.Publishing = keys.Operations = demonstration.Value.Key is { Length: > 0 } key ? key : null;
}
