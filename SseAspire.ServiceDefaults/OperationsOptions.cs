using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace SseAspire.ServiceDefaults;

/// <summary>Settings of a service's operations (<c>/operations/…</c>), section <c>Operations</c>.</summary>
public sealed class OperationsOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Operations";

    /// <summary>The setting of <see cref="Key"/>.</summary>
    public const string KeySetting = $"{Section}:{nameof(Key)}";

    /// <summary>Whether the operations are served at all.</summary>
    public bool Enabled { get; set; }

    /// <summary>What an operator must show as <c>Authorization: Bearer …</c>. Needed outside Development.</summary>
    public string? Key { get; set; }

    /// <summary>
    /// The settings as they are, right or wrong: for what is composed before all settings are looked at, so that
    /// a wrong one is told together with the others.
    /// </summary>
    public static OperationsOptions Of(IConfiguration configuration) => configuration.GetSection(Section).Get<OperationsOptions>() ?? new();

    /// <summary>Registers the settings, which are checked at the start.</summary>
    public static void Register(IServiceCollection services, IHostEnvironment environment) =>
        services.AddOptions<OperationsOptions>()
            .BindConfiguration(Section)
            .Validate(
                options => !options.Enabled || environment.IsDevelopment() || !string.IsNullOrEmpty(options.Key),
                "Operations:Enabled is set without Operations:Key. Outside Development anybody could operate the service; set Operations__Key to a secret.")
            .ValidateOnStart();
}
