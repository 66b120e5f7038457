namespace SseAspire.Api.Operations;

/// <summary>Settings of the operations, section <c>Operations</c>.</summary>
public sealed class OperationsOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Operations";

    /// <summary>Whether the operations are served at all.</summary>
    public bool Enabled { get; set; }

    /// <summary>What an operator must show as <c>Authorization: Bearer …</c>. Needed outside Development.</summary>
    public string? Key { get; set; }

    /// <summary>
    /// The settings as they are, right or wrong: for what is composed before all settings are looked at, so that
    /// a wrong one is told together with the others.
    /// </summary>
    internal static OperationsOptions Of(IConfiguration configuration) => configuration.GetSection(Section).Get<OperationsOptions>() ?? new();
}
