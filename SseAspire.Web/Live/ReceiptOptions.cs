using System.ComponentModel.DataAnnotations;

namespace SseAspire.Web.Live;

/// <summary>Settings of the browsers' receipts, section <c>Telemetry</c>.</summary>
public sealed class ReceiptOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Telemetry";

    /// <summary>Which share of the live pages tells the hub when it received events, 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double Receipts { get; set; } = 0.1;
}
