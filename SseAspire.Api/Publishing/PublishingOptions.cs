using System.ComponentModel.DataAnnotations;
using SseAspire.Broker;

namespace SseAspire.Api.Publishing;

/// <summary>Settings of publishing, section <c>Publishing</c>.</summary>
public sealed class PublishingOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Publishing";

    /// <summary>The setting of <see cref="Key"/>.</summary>
    public const string KeySetting = $"{Section}:{nameof(Key)}";

    /// <summary>What a publisher must show as <c>Authorization: Bearer …</c>. Needed outside Development.</summary>
    public string? Key { get; set; }

    /// <summary>The largest data of one event, in bytes.</summary>
    [Range(1, Event.MaxDataBytes)]
    public int MaxEventBytes { get; set; } = 256 << 10;

    /// <summary>How many events one request may publish.</summary>
    [Range(1, EventLog.MaxBatch)]
    public int MaxBatch { get; set; } = 1_000;

    /// <summary>The largest request, in bytes.</summary>
    [Range(1, 256 << 20)]
    public long MaxRequestBytes { get; set; } = 8 << 20;
}
