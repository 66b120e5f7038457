namespace SseAspire.Web.Console;

/// <summary>Settings of the page to try the hub, section <c>Console</c>.</summary>
internal sealed class ConsoleOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Console";

    /// <summary>
    /// Whether visitors may publish to any topic, with the front end's key. On in Development alone: elsewhere the
    /// hub's readers would take what anybody wrote for its publishers' word.
    /// </summary>
    public bool Publish { get; set; }
}
