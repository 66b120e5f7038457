using System.ComponentModel.DataAnnotations;

namespace SseAspire.Web.Demonstration;

/// <summary>
/// The hub that the pages /compare and /recover publish to, cut and restart, configuration section <c>Demonstration</c>.
/// It has a log of its own: visitors can neither push an event out of the API's log nor cut a stream of it.
/// </summary>
/// <remarks>The front end itself finds it by service discovery under the name <see cref="Hub"/>.</remarks>
internal sealed class DemonstrationOptions : IValidatableObject
{
    public const string Section = "Demonstration";

    /// <summary>The name of the hub in service discovery, of its client and of its keys.</summary>
    public const string Hub = "demonstration";

    /// <summary>
    /// Whether visitors may use it. On in Development alone: each visitor takes processor time and connections, and the
    /// restart of its API is open to everybody.
    /// </summary>
    public bool Enabled { get; set; }

    /// <summary>The address for browsers: an absolute http or https URL.</summary>
    [Required]
    public Uri PublicUrl { get; set; } = new("http://localhost:8082");

    /// <summary>Sent with publications and operations. Null where the demonstration's API requires no key.</summary>
    public string? Key { get; set; }

    /// <summary>Events per second that all runs of the lab in this process may publish together.</summary>
    [Range(1, 100_000)]
    public int MaxEventsPerSecond { get; set; } = 400;

    /// <summary>The same in bytes of data.</summary>
    [Range(1, 1 << 30)]
    public int MaxBytesPerSecond { get; set; } = 4_000_000;

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        // It becomes a source of the content security policy, where anything else would be a hole or void.
        if (!PublicUrl.IsAbsoluteUri || PublicUrl.Scheme is not ("http" or "https"))
        {
            yield return new ValidationResult(
                $"{Section}:{nameof(PublicUrl)} must be an absolute http or https URL, such as https://demonstration.example.org.",
                [nameof(PublicUrl)]);
        }
    }
}
