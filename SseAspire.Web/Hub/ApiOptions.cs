using System.ComponentModel.DataAnnotations;

namespace SseAspire.Web.Hub;

/// <summary>Where browsers find the API, configuration section <c>Api</c>.</summary>
/// <remarks>
/// The front end itself finds it by service discovery under the name <c>api</c>: inside a cluster that
/// is another address than the one the world sees.
/// </remarks>
internal sealed class ApiOptions : IValidatableObject
{
    public const string Section = "Api";

    /// <summary>The API's address as browsers see it: an absolute http or https URL.</summary>
    [Required]
    public Uri PublicUrl { get; set; } = new("http://localhost:8081");

    /// <summary>Whether the API's log is in memory and ends with the broker. The AppHost sets it for the embedded broker.</summary>
    public bool LogInMemory { get; set; }

    /// <summary>The same to put a path behind: without a slash at its end.</summary>
    public string Address => PublicUrl.ToString().TrimEnd('/');

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        // It becomes a source of the content security policy, where anything else would be a hole or void.
        if (!PublicUrl.IsAbsoluteUri || PublicUrl.Scheme is not ("http" or "https"))
        {
            yield return new ValidationResult(
                $"{Section}:{nameof(PublicUrl)} must be an absolute http or https URL, such as https://hub.example.org.",
                [nameof(PublicUrl)]);
        }
    }
}
