using System.ComponentModel.DataAnnotations;
using System.Net;

namespace SseAspire.ServiceDefaults;

/// <summary>
/// The proxies before the service, section <c>ForwardedHeaders</c>: whose word is taken for a client's address and
/// scheme (<c>X-Forwarded-For</c>, <c>X-Forwarded-Proto</c>). Where none is named the headers are ignored.
/// </summary>
public sealed class ProxyOptions : IValidatableObject
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "ForwardedHeaders";

    /// <summary>The addresses of proxies.</summary>
    public IReadOnlyList<string> KnownProxies { get; set; } = [];

    /// <summary>Networks in which every address is a proxy's, as <c>10.0.0.0/8</c>.</summary>
    public IReadOnlyList<string> KnownNetworks { get; set; } = [];

    /// <summary>
    /// How many proxies stand one behind the other: as many addresses are taken, from the end of the header, which
    /// the nearest proxy has written. A client can write what it likes before them.
    /// </summary>
    [Range(1, 16, ErrorMessage = $"{Section}:{nameof(ForwardLimit)} must be between 1 and 16.")]
    public int ForwardLimit { get; set; } = 1;

    /// <summary>Whether there are any.</summary>
    internal bool HasProxies => KnownProxies.Count + KnownNetworks.Count > 0;

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var proxy in KnownProxies.Where(proxy => !IPAddress.TryParse(proxy, out _)))
        {
            yield return new ValidationResult(
                $"{Section}:{nameof(KnownProxies)} has '{proxy}', which is no IP address.", [nameof(KnownProxies)]);
        }

        foreach (var network in KnownNetworks.Where(network => !IPNetwork.TryParse(network, out _)))
        {
            yield return new ValidationResult(
                $"{Section}:{nameof(KnownNetworks)} has '{network}', which is no network such as 10.0.0.0/8.", [nameof(KnownNetworks)]);
        }
    }
}
