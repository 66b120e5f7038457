using System.ComponentModel.DataAnnotations;

namespace SseAspire.Api.Hub;

/// <summary>Settings of the hub, section <c>Hub</c>.</summary>
public sealed class HubOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Hub";

    /// <summary>How many of the newest events are kept in memory.</summary>
    [Range(1, 10_000_000)]
    public int WindowEvents { get; set; } = 10_000;

    /// <summary>How many bytes the events kept in memory may weigh.</summary>
    [Range(1 << 20, long.MaxValue)]
    public long WindowBytes { get; set; } = 64 << 20;

    /// <summary>How many streams are served at once.</summary>
    [Range(1, 10_000_000)]
    public int MaxConnections { get; set; } = 50_000;

    /// <summary>How many streams one client address may hold. Everybody behind a proxy that is not trusted counts as one.</summary>
    [Range(1, 10_000_000)]
    public int MaxConnectionsPerAddress { get; set; } = 5_000;

    /// <summary>
    /// How many different selections of topics the streams of one client address may have: each is encoded on its own.
    /// Everybody behind a proxy that is not trusted counts as one.
    /// </summary>
    [Range(1, 10_000_000)]
    public int MaxSelectionsPerAddress { get; set; } = 1_000;

    /// <summary>How many topics and patterns one subscription may name.</summary>
    [Range(1, 1_000)]
    public int MaxTopics { get; set; } = 64;

    /// <summary>
    /// From how many equal subscriptions on a stream is compressed for clients that accept it: one compressor serves
    /// them all, and takes a quarter of a megabyte.
    /// </summary>
    [Range(1, int.MaxValue)]
    public int CompressFrom { get; set; } = 100;

    /// <summary>After how long a silence a stream shows that it lives.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>What readers are told to wait before they reconnect; spread by a quarter up and down.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan Retry { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long one write may hang before the reader is given up.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan WriteTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a stream may last; spread by a tenth, so that streams opened together do not end together.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan MaxLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long the hub may lag behind the log before <c>/health</c> says so: degraded, which is still served.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan MaxLag { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Over how long the closing of the streams is spread before the API stops.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan DrainTime { get; set; } = TimeSpan.FromSeconds(20);
}
