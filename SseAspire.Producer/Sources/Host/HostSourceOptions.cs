using System.ComponentModel.DataAnnotations;

namespace SseAspire.Producer.Sources;

/// <summary>Settings of the source <c>host</c>.</summary>
internal sealed class HostSourceOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Sources:Host";

    /// <summary>Whether the machine's state is published.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>The time from one reading to the next.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00", ErrorMessage = Section + ":Interval must be from {1} to {2}.")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(1);
}
