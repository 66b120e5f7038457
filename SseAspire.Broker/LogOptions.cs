using System.ComponentModel.DataAnnotations;

namespace SseAspire.Broker;

/// <summary>Settings of the log, section <c>Log</c>.</summary>
public sealed class LogOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Log";

    /// <summary>The hub's name, part of its keys. Hubs of different names share a Redis without meeting.</summary>
    [RegularExpression("^[A-Za-z0-9._-]{1,64}$")]
    public string Hub { get; set; } = "main";

    /// <summary>How many events the log keeps at least. Redis trims by whole nodes, so it may keep some more.</summary>
    [Range(1, 1_000_000_000)]
    public int MaxEvents { get; set; } = 100_000;

    /// <summary>How old an event may grow before it is trimmed.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "3650.00:00:00")]
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How long an append may take: tried again while Redis is away, it fails when this is over.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan AppendTimeout { get; set; } = TimeSpan.FromSeconds(5);
}
