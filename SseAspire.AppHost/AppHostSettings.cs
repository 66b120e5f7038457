using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace SseAspire.AppHost;

/// <summary>
/// What can be set: in <c>appsettings.json</c>, by environment variable (<c>Web__Port=8090</c>) or by
/// argument (<c>--Web:Port=8090</c>).
/// </summary>
internal sealed class AppHostSettings
{
    /// <summary>The name under which the services look for the broker's connection string.</summary>
    public const string BrokerName = "broker";

    /// <summary>Which broker to run.</summary>
    public BrokerChoice Broker { get; init; }

    /// <summary>The API's settings.</summary>
    public ApiSettings Api { get; init; } = new();

    /// <summary>The settings of the demonstration's hub.</summary>
    public DemonstrationSettings Demonstration { get; init; } = new();

    /// <summary>The front end's settings.</summary>
    public WebSettings Web { get; init; } = new();

    /// <summary>A Redis that runs already (<c>ConnectionStrings:broker</c>): then none is started.</summary>
    public string? ExternalBroker { get; private set; }

    /// <summary>Reads and validates the settings.</summary>
    /// <exception cref="StartException">A value is not valid. The message names the setting.</exception>
    public static AppHostSettings Read(IConfiguration configuration)
    {
        AppHostSettings settings;
        try
        {
            settings = configuration.Get<AppHostSettings>() ?? new();
        }
        catch (InvalidOperationException e)
        {
            // The binder names the value and the setting, and the exception within it the values of an enumeration.
            throw new StartException(e.Message, e);
        }

        settings.ExternalBroker = configuration.GetConnectionString(BrokerName);
        Validate(settings.Api, nameof(Api));
        Validate(settings.Demonstration, nameof(Demonstration));
        Validate(settings.Web, nameof(Web));
        return settings;
    }

    private static void Validate(object section, string name)
    {
        var errors = new List<ValidationResult>();
        if (!Validator.TryValidateObject(section, new ValidationContext(section), errors, validateAllProperties: true))
        {
            throw new StartException(string.Join(' ', errors.Select(error => $"Setting {name}:{error.MemberNames.Single()}: {error.ErrorMessage}")));
        }
    }

    /// <summary>The API's settings.</summary>
    internal sealed class ApiSettings
    {
        /// <summary>The TCP port at which it is reached.</summary>
        [Range(1, 65535)]
        public int Port { get; init; } = 8081;

        /// <summary>The TCP port at which it is reached over TLS, under the launch profile <c>https</c>.</summary>
        [Range(1, 65535)]
        public int HttpsPort { get; init; } = 8444;

        /// <summary>The number of replicas.</summary>
        [Range(1, 16)]
        public int Replicas { get; init; } = 2;

        /// <summary>Where browsers reach it once it is published; unset, where the platform's ingress puts it.</summary>
        [Url]
        public string? PublicUrl { get; init; }
    }

    /// <summary>The settings of the demonstration's hub, which the pages /compare and /recover use.</summary>
    internal sealed class DemonstrationSettings
    {
        /// <summary>Whether there is one. Unset: in run mode there is, in publish mode there is not.</summary>
        public bool? Enabled { get; init; }

        /// <summary>The TCP port at which it is reached.</summary>
        [Range(1, 65535)]
        public int Port { get; init; } = 8082;

        /// <summary>The TCP port at which it is reached over TLS, under the launch profile <c>https</c>.</summary>
        [Range(1, 65535)]
        public int HttpsPort { get; init; } = 8445;

        /// <summary>Where browsers reach it once it is published; unset, where the platform's ingress puts it.</summary>
        [Url]
        public string? PublicUrl { get; init; }
    }

    /// <summary>The front end's settings.</summary>
    internal sealed class WebSettings
    {
        /// <summary>The TCP port at which it is reached.</summary>
        [Range(1, 65535)]
        public int Port { get; init; } = 8080;

        /// <summary>The TCP port at which it is reached over TLS, under the launch profile <c>https</c>.</summary>
        [Range(1, 65535)]
        public int HttpsPort { get; init; } = 8443;

        /// <summary>Where browsers reach it once it is published; unset, where the platform's ingress puts it.</summary>
        [Url]
        public string? PublicUrl { get; init; }
    }
}
