using System.ComponentModel.DataAnnotations;

namespace SseAspire.Producer.Sources;

/// <summary>Settings of the source <c>relay</c>.</summary>
internal sealed class RelaySourceOptions : IValidatableObject
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Sources:Relay";

    /// <summary>Whether the upstream stream is relayed.</summary>
    public bool Enabled { get; set; }

    /// <summary>The upstream stream, <c>text/event-stream</c>.</summary>
    public Uri? Url { get; set; }

    /// <summary>The topic its events are published under.</summary>
    public string Topic { get; set; } = "";

    /// <summary>Only events of these types; all where there are none. Events without a type have the type <c>message</c>.</summary>
    public IList<string> Types { get; } = [];

    /// <summary>A stream that is silent for longer, without even a comment, counts as cut.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ErrorMessage = Section + ":SilenceLimit must be from {1} to {2}.")]
    public TimeSpan SilenceLimit { get; set; } = TimeSpan.FromMinutes(2);

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!Enabled)
        {
            yield break;
        }

        if (!WebAddress.IsValid(Url))
        {
            yield return new ValidationResult($"{Section}:Url must be an http or https address.", [nameof(Url)]);
        }

        if (Broker.Topic.Refuse(Topic) is { } reason)
        {
            yield return new ValidationResult($"{Section}:Topic {reason}.", [nameof(Topic)]);
        }
    }
}
